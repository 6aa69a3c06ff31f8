package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"time"
)

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

// The few HTTP/2 frames (RFC 9113) that the faults need, written by hand.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway = 0, 1, 3, 4, 6, 7
	endStream, endHeaders, ack                                                 = 1, 4, 1

	noError, protocolError, internalError, refusedStream, enhanceYourCalm = 0, 1, 2, 7, 11
)

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// conn2 is a connection of a server that speaks HTTP/2 by hand.
type conn2 struct {
	net.Conn
	site *site
}

func (c conn2) write(kind, flags byte, stream uint32, payload ...byte) {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload)<<8)|uint32(kind))
	head = binary.BigEndian.AppendUint32(append(head, flags), stream)
	_, _ = c.Conn.Write(append(head, payload...))
}

func (c conn2) reset(stream uint32, code byte) { c.write(frameReset, 0, stream, 0, 0, 0, code) }

func (c conn2) goAway(last uint32, code byte) {
	c.write(frameGoAway, 0, 0, append(binary.BigEndian.AppendUint32(nil, last), 0, 0, 0, code)...)
}

// headers says 200 and application/json in HPACK without Huffman codes.
func (c conn2) headers(stream uint32, flags byte) {
	const mediaType = "application/json"
	c.write(frameHeaders, flags|endHeaders, stream, append([]byte{0x88, 0x0f, 0x10, byte(len(mediaType))}, mediaType...)...)
}

func (c conn2) success(stream uint32) {
	c.site.sessions.Add(1)
	c.headers(stream, 0)
	c.write(frameData, endStream, stream, []byte(sessionBody)...)
}

// serveHTTP2 calls the row for every request that has come in whole.
func serveHTTP2(s *site, raw net.Conn, n int) {
	c := conn2{raw, s}
	if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
		return
	}
	c.write(frameSettings, 0, 0)
	for {
		var head [9]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			s.ready() // for the rows that wait until the client has closed
			return
		}
		length := binary.BigEndian.Uint32(head[:]) >> 8
		stream := binary.BigEndian.Uint32(head[5:])
		payload := make([]byte, length)
		if _, err := io.ReadFull(c, payload); err != nil {
			return
		}
		switch kind, flags := head[3], head[4]; {
		case kind == frameSettings && flags&ack == 0:
			c.write(frameSettings, ack, 0)
		case kind == framePing && flags&ack == 0:
			c.write(framePing, ack, 0, payload...)
		case kind == frameData && flags&endStream != 0:
			s.requests.Add(1)
			s.row.h2(c, stream, n)
		}
	}
}
