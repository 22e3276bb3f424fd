// Files that a handler imports as strings, as in TEXTS of program/aws/bundle.ts: `import query from './orders.graphql'`.
declare module '*.html' {
  const text: string;
  export default text;
}
declare module '*.graphql' {
  const text: string;
  export default text;
}
declare module '*.gql' {
  const text: string;
  export default text;
}
declare module '*.sql' {
  const text: string;
  export default text;
}
