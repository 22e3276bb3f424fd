/** A fully qualified host name in lower case. Source: RFC 1123, section 2.1 */
export const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** Characters of a certificate's name. Source: DomainName in ACM's RequestCertificate. */
export const CERTIFICATE_NAME_LENGTH = 64;

/** Matches hosts reserved for examples, where no application can run. Source: RFC 2606 */
export const EXAMPLE_HOST = /(^|\.)example(\.(com|net|org))?$/;
