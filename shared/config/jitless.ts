/**
 * To be imported before anything that makes a schema: zod asks when a schema is made, not when it is used. Compiling a parser for each
 * schema pays off after thousands of parses; a pod that soon sleeps again parses dozens.
 */
import * as z from 'zod';

z.config({ jitless: true });
