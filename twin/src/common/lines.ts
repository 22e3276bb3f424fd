/** Calls back with each line of a stream. A line longer than `longest` characters arrives in parts, to limit memory. */
export function readLines(stream: NodeJS.ReadableStream, longest: number, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    let from = 0;
    // Search only the new part: a line of megabytes arrives in many parts.
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = rest + text.slice(from, end);
      rest = '';
      from = end + 1;
      take(line);
    }
    rest += text.slice(from);
    if (rest.length < longest) return;
    const piece = rest;
    rest = '';
    take(piece);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
