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

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// TestHTTP2_AResetBeforeTheBodyIsWrittenIsNotReplayed has a peer that answers the
// header of every request with RST_STREAM(PROTOCOL_ERROR), while its body is still to
// be sent: net/http alone sends such a request again and again.
func TestHTTP2_AResetBeforeTheBodyIsWrittenIsNotReplayed(t *testing.T) {
	var requests atomic.Int32
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificates["good"]}, NextProtos: []string{"h2"}})
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go resetEveryHeader(conn2{c, nil}, &requests)
		}
	}()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	client, err := umbrella.New("https://"+l.Addr().String(), umbrella.WithToken(token), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	for calls := int32(1); calls <= 3; calls++ {
		req := request()
		req.FillForm[0].Value = strings.Repeat("x", 256<<10)
		_, err = client.CreateSessionLink(t.Context(), req)
		var e *umbrella.Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.MaybeProcessed)
		require.Equal(t, 1, e.Attempts)
		require.Equal(t, calls, requests.Load(), "one a call")
	}
}

// resetEveryHeader speaks as much HTTP/2 as it takes.
func resetEveryHeader(c conn2, requests *atomic.Int32) {
	defer func() { _ = c.Close() }()
	if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
		return
	}
	c.write(frameSettings, 0, 0)
	for head := make([]byte, 9); ; {
		if _, err := io.ReadFull(c, head); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, net.Conn(c), int64(binary.BigEndian.Uint32(head)>>8)); err != nil {
			return
		}
		if head[3] == frameHeaders {
			requests.Add(1)
			c.reset(binary.BigEndian.Uint32(head[5:]), protocolError)
		}
	}
}
