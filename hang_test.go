package umbrella_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// TestDeadline_NoHookOfAnOwnClientOutlivesIt is about functions that http.Client and
// http.Transport call without a context, over HTTP/1, as the call before has shown.
func TestDeadline_NoHookOfAnOwnClientOutlivesIt(t *testing.T) {
	for name, set := range map[string]func(c *http.Client, hang func()){
		"Proxy": func(c *http.Client, hang func()) {
			c.Transport.(*http.Transport).Proxy = func(*http.Request) (*url.URL, error) { hang(); return nil, nil }
		},
		"Jar": func(c *http.Client, hang func()) { c.Jar = hangingJar(hang) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls, release := 0, make(chan struct{})
				own := &http.Client{Transport: memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }))}
				set(own, func() {
					if calls++; calls > 1 {
						<-release
					}
				})
				client, err := umbrella.New(memhttp.URL, umbrella.WithToken(canaryToken), umbrella.WithHTTPClient(own), umbrella.WithTimeout(5*time.Second))
				require.NoError(t, err)
				_, err = client.CreateSessionLink(t.Context(), validRequest())
				require.NoError(t, err)
				start := time.Now()
				_, err = client.CreateSessionLink(t.Context(), validRequest())
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Less(t, time.Since(start), 6*time.Second)
				close(release)
			})
		})
	}
}

type hangingJar func()

func (j hangingJar) Cookies(*url.URL) []*http.Cookie { j(); return nil }

func (hangingJar) SetCookies(*url.URL, []*http.Cookie) {}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestDownload_DoesNotOutliveItsDeadline(t *testing.T) {
	for name, hangs := range map[string]bool{"writer": false, "transport": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				base := memhttp.Serve(t, http.HandlerFunc(servePDF))
				client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
					if hangs {
						<-release
					}
					return base.RoundTrip(req)
				}), umbrella.WithTimeout(5*time.Second))
				start := time.Now()
				_, err := client.Download(t.Context(), resource(canaryURL), writerFunc(func(p []byte) (int, error) { <-release; return len(p), nil }))
				require.Less(t, time.Since(start), 6*time.Second)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorContains(t, err, "the writer or the HTTP transport did not return")
				requireDiscreet(t, err)
				close(release)
			})
		})
	}
}

func TestDownload_ItsWritersPanicReachesTheCaller(t *testing.T) {
	client := clientOf(t, servePDF)
	require.PanicsWithValue(t, "of the user's own", func() {
		_, _ = client.Download(t.Context(), resource(canaryURL), writerFunc(func([]byte) (int, error) { panic("of the user's own") }))
	})
}

func TestDownload_ShowsNoHost(t *testing.T) {
	client := clientOver(t, roundTripper(func(req *http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "canary.example", IsNotFound: true}}
	}))
	_, err := client.Download(t.Context(), resource(canaryURL), io.Discard)
	require.ErrorContains(t, err, "looking up the host of the URL failed")
	requireDiscreet(t, err)
}

func TestDeadline_ThatIsOverBeforeACallIsWhatTheErrorSays(t *testing.T) {
	client := clientOf(t, func(http.ResponseWriter, *http.Request) { t.Error("a request left") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client.CreateSessionLink(ctx, validRequest())
	require.EqualError(t, apiError(t, err), "umbrella: createSessionLink: no answer: cancelled by the caller")
	require.False(t, apiError(t, err).MaybeProcessed)
}

// An editor that is left behind goes on with a request that nobody else reads then.
func TestDeadline_AnEditorThatIsLeftBehindMayGoOn(t *testing.T) {
	release, ended := make(chan struct{}), make(chan struct{})
	client := clientOf(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) }, umbrella.WithTimeout(10*time.Millisecond))
	_, err := client.CreateSessionLink(t.Context(), validRequest(), func(_ context.Context, r *http.Request) error {
		defer close(ended)
		for {
			select {
			case <-release:
				return errCut
			default:
				*r = *r.WithContext(context.Background())
			}
		}
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(release)
	<-ended
}

func TestDefaultTransport_LetsAnIdleConnectionGoAfter45s(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan struct{})
		dial := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, sessionBody) })).DialContext
		transport := umbrella.NewTransport().(*http.Transport)
		transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dial(ctx, network, addr)
			return watchedConn{c, closed}, err
		}
		_, err := clientOver(t, transport).CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		start := time.Now()
		<-closed
		require.Equal(t, 45*time.Second, time.Since(start))
	})
}

type watchedConn struct {
	net.Conn
	closed chan struct{}
}

func (c watchedConn) Close() error {
	close(c.closed)
	return c.Conn.Close()
}
