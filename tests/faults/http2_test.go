package faults

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"slices"
)

func http2Rows() []row {
	rows := slices.Concat(streamRows(), goAwayRows(), http2ReuseRows())
	for i := range rows {
		rows[i].group, rows[i].tls = "HTTP/2:", "good"
	}
	return rows
}

// rejected is what a row wants of a server that rejects every request unread: the
// first, and ten that net/http makes good on other connections.
var rejected = want{attempts: 11, requests: 11}

// streamRows end the stream of a request, or the connection, without GOAWAY.
func streamRows() []row {
	return []row{
		{name: "as it should be", h2: func(c conn2, stream uint32, _ int) { c.success(stream) }, want: want{link: true, requests: 1, sessions: 1}},
		{name: "RST_STREAM, REFUSED_STREAM", h2: func(c conn2, stream uint32, _ int) { c.reset(stream, refusedStream) }, want: rejected},
		{name: "RST_STREAM, PROTOCOL_ERROR", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.reset(stream, protocolError)
		}, want: opened(0, "")},
		{name: "RST_STREAM, INTERNAL_ERROR", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.reset(stream, internalError)
		}, want: opened(0, "")},
		{name: "RST_STREAM in the body", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.headers(stream, 0)
			c.write(frameData, 0, stream, []byte(sessionBody)[:30]...)
			c.reset(stream, internalError)
		}, want: opened(200, "ErrInvalidResponse")},
		{name: "header and no body", h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			c.headers(stream, endStream)
		}, want: opened(200, "ErrInvalidResponse")},
		{name: "REFUSED_STREAM five times, then the answer", h2: func(c conn2, stream uint32, _ int) {
			if c.site.requests.Load() <= 5 {
				c.reset(stream, refusedStream)
				return
			}
			c.success(stream)
		}, want: want{link: true, requests: 6, sessions: 1}},
		{name: "connection closed after the request", h2: func(c conn2, _ uint32, _ int) {
			c.site.sessions.Add(1)
			_ = c.Close()
		}, want: opened(0, "")},
	}
}

func goAwayRows() []row {
	return []row{
		{name: "GOAWAY instead of an answer", h2: func(c conn2, _ uint32, _ int) { c.goAway(0, noError) }, want: rejected},
		{name: "GOAWAY, ENHANCE_YOUR_CALM", h2: func(c conn2, _ uint32, _ int) { c.goAway(0, enhanceYourCalm) }, want: want{maybe: "yes", attempts: 1, requests: 1}},
		{name: "GOAWAY, then another connection", h2: func(c conn2, stream uint32, n int) {
			if n == 1 {
				c.goAway(0, noError)
				return
			}
			c.success(stream)
		}, want: want{link: true, requests: 2, sessions: 1}},
		{name: "GOAWAY, then the answer", h2: func(c conn2, stream uint32, _ int) {
			c.goAway(stream, noError)
			c.success(stream)
		}, want: want{link: true, requests: 1, sessions: 1}},
	}
}

// http2ReuseRows fail on a connection that has served a request.
func http2ReuseRows() []row {
	return []row{
		{name: "GOAWAY on the idle connection", warm: true, h2: func(c conn2, stream uint32, n int) {
			c.success(stream)
			if n == 1 {
				c.goAway(stream, noError)
				// Or else net/http may keep the connection, unused, for 90 s.
				_ = c.Conn.(*tls.Conn).CloseWrite()
			}
		}, want: want{link: true, requests: 1, sessions: 1}},
		{name: "REFUSED_STREAM on a connection in use", warm: true, h2: func(c conn2, stream uint32, _ int) {
			if stream == 1 {
				c.success(stream)
				c.site.ready()
				return
			}
			c.reset(stream, refusedStream)
		}, want: rejected},
		{name: "PROTOCOL_ERROR on a connection in use", warm: true, h2: func(c conn2, stream uint32, _ int) {
			c.site.sessions.Add(1)
			if stream == 1 {
				c.site.sessions.Add(-1)
				c.success(stream)
				c.site.ready()
				return
			}
			c.reset(stream, protocolError)
		}, want: opened(0, "")},
	}
}

// The few HTTP/2 frames (RFC 9113) that the faults need, written by hand.
const (
	frameData, frameHeaders, frameReset, frameSettings, framePing, frameGoAway, frameWindow = 0, 1, 3, 4, 6, 7, 8
	endStream, endHeaders, ack                                                              = 1, 4, 1

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

// overflow adds to the window of stream what it cannot hold.
func (c conn2) overflow(stream uint32) { c.write(frameWindow, 0, stream, 0x7f, 0xff, 0xff, 0xff) }

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
		case (kind == frameData || kind == frameHeaders) && flags&endStream != 0:
			s.requests.Add(1)
			s.row.h2(c, stream, n)
		}
	}
}
