import util from 'node:util';

/**
 * Loads a module whose debug log stays off whatever NODE_DEBUG says. undici would write every address
 * with its query to standard error, where the signature of a storage URL is as good as the file. It
 * asks for its logs when it is loaded, and Node has read the variable long before.
 */
export async function withoutDebugLog<Module>(load: () => Promise<Module>): Promise<Module> {
  const { debuglog } = util;
  const silent = Object.assign(() => undefined, { enabled: false });
  Object.assign(util, { debuglog: () => silent });
  try {
    return await load();
  } finally {
    Object.assign(util, { debuglog });
  }
}
