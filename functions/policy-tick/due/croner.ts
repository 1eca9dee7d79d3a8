/** What reads cron texts; the bundle keeps it in a file of its own, which only an evaluation of policies loads. */
export { Cron } from 'croner';
