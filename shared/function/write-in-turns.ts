/**
 * The lines of one turn of the event loop as one write: when many events come at once, a system call for each line is what costs
 * most of a line. Nothing is kept longer than the turn, nor beyond the end of the process.
 */

/** The members of `process` that this file needs. */
export interface ProcessEnd {
  on(event: 'exit', listener: () => void): unknown;
}

export function writeInTurns(write: (text: string) => void, processEnd: ProcessEnd): (line: string) => void {
  let waiting = '';

  function flush(): void {
    const text = waiting;
    waiting = '';
    if (text !== '') write(text);
  }

  processEnd.on('exit', flush);
  return (line) => {
    if (waiting === '') setImmediate(flush);
    waiting += line;
  };
}
