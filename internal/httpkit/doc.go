// Package httpkit has what the packages above net/http share: base URLs, Retry-After,
// the version, secrets, and words for failures that are safe to log.
package httpkit
