package proxies

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// slow is a way to target on which every byte takes half of rtt, in each direction.
func slow(t *testing.T, target string, rtt time.Duration) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var relays sync.WaitGroup
	relays.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			relays.Go(func() {
				server, err := net.Dial("tcp", target)
				if err != nil {
					reset(client)
					return
				}
				var both sync.WaitGroup
				both.Go(func() { relay(server, client, rtt/2) })
				both.Go(func() { relay(client, server, rtt/2) })
				both.Wait()
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		relays.Wait()
	})
	return l.Addr().String()
}

// chunk is what came in at one time; the last one has no data.
type chunk struct {
	due  time.Time
	data []byte
	end  error
}

// relay passes on what from says to to, and the end of it: a FIN as a FIN, and
// anything else as a reset.
func relay(to, from net.Conn, delay time.Duration) {
	chunks := make(chan chunk, 1024)
	go func() {
		defer close(chunks)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			chunks <- chunk{time.Now().Add(delay), data[:n], err}
			if err != nil {
				return
			}
		}
	}()
	for c := range chunks {
		time.Sleep(time.Until(c.due))
		if _, err := to.Write(c.data); err != nil {
			reset(from)
			continue
		}
		switch c.end {
		case nil:
		case io.EOF:
			_ = to.(*net.TCPConn).CloseWrite()
		default:
			reset(to)
		}
	}
}

func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}
