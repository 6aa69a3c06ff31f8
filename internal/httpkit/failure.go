package httpkit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// ProxyError is the error of a connection for which a proxy refused a tunnel.
type ProxyError struct{ Status int } // of its answer to CONNECT

func (e *ProxyError) Error() string {
	return strings.TrimSpace("the proxy answered CONNECT with " + strconv.Itoa(e.Status) + " " + http.StatusText(e.Status))
}

// Describe says what failed without repeating anything that a peer sent:
// net/http and HTTP/2 quote the peer's bytes in many of their errors, so only
// known kinds are spelled out and any other is named by its type.
func Describe(err error) string {
	var (
		dns     *net.DNSError
		op      *net.OpError
		cert    *tls.CertificateVerificationError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		errno   syscall.Errno
		proxy   *ProxyError
		timeout interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "deadline exceeded"
	case errors.Is(err, context.Canceled):
		return "cancelled by the caller"
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return fmt.Sprintf("no such host %q", dns.Name)
		}
		return fmt.Sprintf("looking up host %q failed", dns.Name)
	case errors.As(err, &host):
		return "tls: the certificate is for another host"
	case errors.As(err, &unknown):
		return "tls: the certificate is signed by an unknown authority"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "tls: the certificate has expired or is not yet valid"
	case errors.As(err, &cert), errors.As(err, &invalid):
		return "tls: the certificate is not trusted"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return "tls: the peer does not speak TLS"
	case errors.As(err, &alert):
		return alert.Error()
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.As(err, &op) && op.Op == "remote error":
		// An alert of the peer, of a type that crypto/tls keeps to itself.
		return "tls: the peer refused the connection (it may want a client certificate)"
	case errors.As(err, &op) && errors.As(err, &errno):
		return fmt.Sprintf("%s %s: %s", op.Op, op.Net, errno)
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the peer closed the connection"
	case errors.Is(err, net.ErrClosed):
		return "the connection was closed"
	}
	return fmt.Sprintf("transport error (%T)", root(err))
}

// root strips the wrapper that http.Client puts around every error.
func root(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
