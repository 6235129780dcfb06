#!/usr/bin/env node
// Committed, so that npm can link it before anything is built, and plain enough for any Node that knows modules.
var wanted = [20, 11];
var have = process.versions.node.split('.').map(Number);
if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  console.error('track needs Node ' + wanted.join('.') + ' or newer; this is Node ' + process.versions.node + '.');
  process.exitCode = 2;
} else {
  import('node:module').then(function (nodeModule) {
    if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
    return import('../dist/cli.js');
  }).catch(function (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).indexOf('cli.js') !== -1) {
      console.error('The command is not built yet: run `npm run build` in the root of the track.');
    } else {
      console.error(error);
    }
    process.exitCode = 4;
  });
}
