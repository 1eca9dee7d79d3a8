// Started by faas-js-runtime.
module.exports = () => ({ statusCode: 204 });
