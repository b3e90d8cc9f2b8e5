import { isBuiltin } from 'node:module';
import type { Plugin } from 'rolldown';

/**
 * Lets the CommonJS packages ask Node for its own modules directly. What bundlers put there otherwise costs the start
 * more than the packages do: createRequire loads Node's module loader for users, a namespace import reads every
 * property, and so loads what lies behind it.
 */
export function directBuiltins(): Plugin {
  return {
    name: 'direct-builtins',
    transform: {
      filter: { id: /[/\\]node_modules[/\\]/, code: 'require(' },
      handler: (code) =>
        code.replaceAll(/\brequire\((['"])([\w:/]+)\1\)/g, (call, _quote, name: string) =>
          name.startsWith('node:') || isBuiltin(name)
            ? `globalThis.process.getBuiltinModule('${name}')`
            : call,
        ),
    },
  };
}
