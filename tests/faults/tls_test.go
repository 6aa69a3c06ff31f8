package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/umbrella-api/umbrella-go"
)

func tlsRows() []row {
	plain := func(_ *testing.T, s *site) { s.url = strings.Replace(s.url, "https:", "http:", 1) }
	return []row{
		{name: "TLS as it should be", tls: "good", http: serves, want: want{link: true, requests: 1, sessions: 1}},
		{name: "certificate expired", tls: "expired", http: serves, want: want{is: "x509.CertificateInvalidError", attempts: 1}},
		{name: "certificate for another host", tls: "other host", http: serves, want: want{is: "x509.HostnameError", attempts: 1}},
		{name: "certificate self-signed", tls: "self-signed", http: serves, want: want{is: "x509.UnknownAuthorityError", attempts: 1}},
		{name: "plain HTTP on an https URL", tls: "none", raw: func(_ *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			c.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\ncanary")
			c.linger()
		}, want: want{attempts: 1}},
		{name: "https on a plain HTTP URL", tls: "good", http: serves, setup: plain, want: want{status: 400, is: "ErrInvalidRequest", attempts: 1}},
		{name: "reset in the TLS handshake", tls: "none", raw: func(_ *site, c *conn, _ int) {
			_, _ = c.r.ReadByte()
			c.reset()
		}, want: want{is: "ECONNRESET", attempts: 1}},
		{
			name: "TLS handshake without end, WithTimeout", tls: "none", raw: func(_ *site, c *conn, _ int) { c.linger() },
			opts: []umbrella.Option{umbrella.WithTimeout(time.Second)}, want: want{is: "context.DeadlineExceeded", attempts: 1},
		},
	}
}

// roots is what the clients trust; certificates has one for each kind of fault.
var roots, certificates = issue()

func issue() (*x509.CertPool, map[string]tls.Certificate) {
	now := time.Now()
	sign := func(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		if parentKey == nil {
			parent, parentKey = template, key
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
		if err != nil {
			panic(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		return cert, key
	}
	leaf := func(until time.Time, ip string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "site"}, NotBefore: now.Add(-2 * time.Hour), NotAfter: until,
			IPAddresses: []net.IP{net.ParseIP(ip)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
	}
	ca, caKey := sign(&x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, NotBefore: now.Add(-3 * time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	all := map[string]tls.Certificate{}
	for name, template := range map[string]*x509.Certificate{
		"good": leaf(now.Add(time.Hour), "127.0.0.1"), "expired": leaf(now.Add(-time.Hour), "127.0.0.1"),
		"other host": leaf(now.Add(time.Hour), "192.0.2.1"),
	} {
		cert, key := sign(template, ca, caKey)
		all[name] = tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
	}
	own, key := sign(leaf(now.Add(time.Hour), "127.0.0.1"), nil, nil)
	all["self-signed"] = tls.Certificate{Certificate: [][]byte{own.Raw}, PrivateKey: key}
	return pool, all
}
