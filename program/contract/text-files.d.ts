// File types that handlers import as strings; TEXTS in program/bundle/bundle.ts lists the same.
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
