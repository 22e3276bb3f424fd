/**
 * Returns the number of a handler's parameters if it has three or more: nodejs24 cannot load callback handlers. It
 * reads the bundler's uniform output, so it misses a handler that a call returns, like `middy(…)`.
 */
export function callbackIn(code: string): number | undefined {
  const [, local = 'handler'] = /^export \{[^}]*?([\w$]+) as handler\b/ms.exec(code) ?? [];
  const name = local.replaceAll('$', '\\$');
  const declared = new RegExp(
    `^(?:(?:var|let|const) ${name} = |(?:module\\.)?exports\\.handler = |(?=(?:async )?function ${name}\\()|module\\.exports = \\{\\s*handler: )`,
    'm',
  ).exec(code);
  if (declared === null) return undefined;
  const from = declared.index + declared[0].length;
  const [start] = /^(?:async )?(?:function ?[\w$]*)?\(/.exec(code.slice(from, from + 200)) ?? [];
  if (start === undefined) return undefined;
  const { count, end } = parameters(code, from + start.length);
  const isFunction = start.includes('function') || code.startsWith(' =>', end);
  return isFunction && count >= 3 ? count : undefined;
}

/** Counts parameters like a function's `length`: up to the first default, without rest parameters. */
function parameters(code: string, from: number): { readonly count: number; readonly end: number } {
  let depth = 0;
  let count = 0;
  let counting = true;
  let isEmpty = true;
  for (let at = from; at < code.length; at += 1) {
    const character = code[at] ?? '';
    if ('"\'`'.includes(character)) at = endOfString(code, at, character);
    if (depth === 0 && character === ')') return { count: counting && !isEmpty ? count + 1 : count, end: at + 1 };
    if ('([{'.includes(character)) depth += 1;
    if (')]}'.includes(character)) depth -= 1;
    if (depth === 0 && (character === '=' || code.startsWith('...', at))) counting = false;
    if (depth === 0 && character === ',' && counting) {
      count += 1;
      isEmpty = true;
    } else if (character.trim() !== '') isEmpty = false;
  }
  return { count: 0, end: code.length };
}

function endOfString(code: string, from: number, quote: string): number {
  for (let at = from + 1; at < code.length; at += 1) {
    if (code[at] === '\\') at += 1;
    else if (code[at] === quote) return at;
  }
  return code.length;
}
