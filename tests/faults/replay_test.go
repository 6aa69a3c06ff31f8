package faults

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// A peer answers the header of every request with RST_STREAM(PROTOCOL_ERROR), while
// its body is still to be sent: net/http alone sends such a request again and again.
// A small body is held back by a window of 0.
func TestHTTP2_AResetBeforeTheBodyIsWrittenIsNotReplayed(t *testing.T) {
	const initialWindowSize = 4
	for _, tc := range []struct {
		name     string
		size     int
		settings []byte
	}{
		{"256 KiB", 256 << 10, nil},
		{"1 KiB and a window of 0", 1 << 10, []byte{0, initialWindowSize, 0, 0, 0, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			peer, transport := startResetter(t, tc.settings)
			client, err := umbrella.New(peer.url, umbrella.WithToken(token), umbrella.WithTimeout(5*time.Second),
				umbrella.WithHTTPClient(&http.Client{Transport: transport}))
			require.NoError(t, err)
			req := request()
			req.FillForm[0].Value = strings.Repeat("x", tc.size)
			for calls := int32(1); calls <= 3; calls++ {
				// The answer follows the settings, so the client knows them from here on.
				resp, err := (&http.Client{Transport: transport}).Get(peer.url)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())

				_, err = client.CreateSessionLink(t.Context(), req)
				var e *umbrella.Error
				require.ErrorAs(t, err, &e)
				require.True(t, e.MaybeProcessed)
				require.Equal(t, 1, e.Attempts)
				require.Equal(t, calls, peer.requests.Load(), "one a call")
				require.Equal(t, calls, peer.connections.Load(), "on the connection of the answer")
			}
			if tc.settings != nil {
				require.Zero(t, peer.data.Load(), "bytes of bodies")
			}
		})
	}
}

// resetter is a peer that resets every request with a body as soon as its header is
// there, and answers those without.
type resetter struct {
	url                         string
	settings                    []byte // the payload of SETTINGS
	connections, requests, data atomic.Int32
}

func startResetter(t *testing.T, settings []byte) (*resetter, *http.Transport) {
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificates["good"]}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	peer := &resetter{url: "https://" + l.Addr().String(), settings: settings}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			peer.connections.Add(1)
			go peer.serve(conn2{c, nil})
		}
	}()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return peer, transport
}

// serve speaks as much HTTP/2 as it takes.
func (p *resetter) serve(c conn2) {
	defer func() { _ = c.Close() }()
	if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
		return
	}
	c.write(frameSettings, 0, 0, p.settings...)
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		length := binary.BigEndian.Uint32(head) >> 8
		if _, err := io.CopyN(io.Discard, net.Conn(c), int64(length)); err != nil {
			return
		}
		stream := binary.BigEndian.Uint32(head[5:])
		switch kind, flags := head[3], head[4]; {
		case kind == frameHeaders && flags&endStream != 0:
			c.headers(stream, endStream)
		case kind == frameHeaders:
			p.requests.Add(1)
			c.reset(stream, protocolError)
		case kind == frameData:
			p.data.Add(int32(length))
		}
	}
}
