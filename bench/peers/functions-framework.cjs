// Started by @google-cloud/functions-framework: --source this file --target noOp.
const { cloudEvent } = require('@google-cloud/functions-framework');

cloudEvent('noOp', () => undefined);
