/** A parameter: a name, or a destructuring pattern without a nested one in the same brackets. */
const PARAMETER = String.raw`(?:[^\s,(){}[\]=.]+|\{[^{}()]*\}|\[[^[\]()]*\])`;
const THREE_OR_MORE = String.raw`\(${PARAMETER}(?:, ${PARAMETER}){2,}\)`;

/**
 * Returns whether a handler has a third parameter, a callback, with which nodejs24 does not load it. It reads the
 * bundler's uniform output, so it misses a handler that a call returns, like `middy(…)`.
 */
export function takesCallback(code: string): boolean {
  const [, local = 'handler'] = /^export \{[^}]*?([\w$]+) as handler\b/ms.exec(code) ?? [];
  const name = local.replaceAll('$', '\\$');
  const assigned = String.raw`(?:(?:var|let|const) ${name}|(?:module\.)?exports\.handler) = |module\.exports = \{\s*handler: `;
  const value = String.raw`(?:async )?(?:function ?[\w$]*${THREE_OR_MORE}|${THREE_OR_MORE} =>)`;
  return new RegExp(`^(?:(?:${assigned})${value}|(?:async )?function ${name}${THREE_OR_MORE})`, 'm').test(code);
}
