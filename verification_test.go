package umbrella_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/authprovider"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

const (
	pendingBody = `{"status":true,"data":{"isVerified":false,"status":"pending"}}`
	signedBody  = `{"status":true,"data":{"isVerified":true,"status":"completed","requestId":"` + requestID + `"}}`
)

// poller is a service that answers the n-th question with the n-th reply, and goes on with the last.
type poller struct {
	replies []func(http.ResponseWriter)
	mu      sync.Mutex
	asked   []time.Time
}

func (s *poller) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	reply := s.replies[min(len(s.asked), len(s.replies)-1)]
	s.asked = append(s.asked, time.Now())
	s.mu.Unlock()
	reply(w)
}

// gaps are the times between the questions.
func (s *poller) gaps() (gaps []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 1; i < len(s.asked); i++ {
		gaps = append(gaps, s.asked[i].Sub(s.asked[i-1]))
	}
	return gaps
}

func says(status int, body string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		answer(w, status, body)
	}
}

var (
	isPending = says(http.StatusOK, pendingBody)
	isSigned  = says(http.StatusOK, signedBody)
	once      = umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 1})
)

func TestWaitForVerification_AsksLessAndLessOftenUntilSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &poller{}
		for range 20 {
			s.replies = append(s.replies, isPending)
		}
		s.replies = append(s.replies, isSigned)
		start := time.Now()
		v, err := clientOf(t, s.ServeHTTP).WaitForVerification(t.Context(), requestID)
		require.NoError(t, err)
		require.True(t, *v.IsVerified)
		require.Equal(t, start, s.asked[0], "the first question is asked at once")
		gaps := s.gaps()
		require.Len(t, gaps, 20)
		for i, gap := range gaps {
			low := min(2*time.Second<<i, 15*time.Second)
			require.GreaterOrEqual(t, gap, low)
			require.LessOrEqual(t, gap, min(2*low, 30*time.Second))
		}
		require.NotEqual(t, gaps[10], gaps[11], "waits are jittered")
	})
}

func TestWaitForVerification_EndsWithTheStatus(t *testing.T) {
	for status, ended := range map[string]bool{
		`"failed"`: true, `"FAILED"`: true, `"Expired"`: true, `"EXPIRED"`: true, `"cancelled"`: true, `"CANCELLED"`: true,
		`"canceled"`: true, `"USER_CANCELLED"`: true, `"OPERATOR_CANCELLED"`: true, `"operator_canceled"`: true,
		`"pending"`: false, `"RUNNING"`: false, `"canary"`: false, `""`: false, `null`: false,
	} {
		t.Run(status, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &poller{replies: []func(http.ResponseWriter){
					says(http.StatusOK, `{"status":true,"data":{"status":`+status+`,"message":"`+canaryFill+`"}}`), isSigned,
				}}
				v, err := clientOf(t, s.ServeHTTP).WaitForVerification(t.Context(), requestID)
				if !ended {
					require.NoError(t, err)
					require.True(t, *v.IsVerified)
					return
				}
				require.ErrorIs(t, err, umbrella.ErrNotSigned)
				var e *umbrella.NotSignedError
				require.ErrorAs(t, err, &e)
				require.Equal(t, canaryFill, *e.Verification().Message)
				require.Contains(t, err.Error(), strings.ToLower(strings.Trim(status, `"`)))
				requireDiscreet(t, err)
				require.Nil(t, v)
			})
		})
	}
}

func TestNotSignedError_ShowsNoStatusThatIsNotKnown(t *testing.T) {
	require.Equal(t, "umbrella: the session has no signed document", (&umbrella.NotSignedError{}).Error())
	require.Nil(t, (&umbrella.NotSignedError{}).Verification())
}

func TestWaitForVerification_WaitsOutWhatMayPass(t *testing.T) {
	closed := func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	for name, reply := range map[string]func(http.ResponseWriter){
		"408": says(408, `{}`), "429": says(429, `{}`), "500": says(500, `{}`), "502": says(502, `<html>`), "503": says(503, ``), "504": says(504, ``),
		"404 at first": says(404, `{}`), "status false": says(200, `{"status":false}`),
		"no answer": closed,
		"half an answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, signedBody[:20])
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &poller{replies: []func(http.ResponseWriter){reply, reply, isPending, reply, isSigned}}
				v, err := clientOf(t, s.ServeHTTP, once).WaitForVerification(t.Context(), requestID, umbrella.WithPollInterval(time.Second, 4*time.Second))
				require.NoError(t, err)
				require.True(t, *v.IsVerified)
			})
		})
	}
}

func TestWaitForVerification_WaitsForATokenThatCannotBeHadForTheMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		transport := memhttp.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path != "/auth":
				isSigned(w)
			case asked.Add(1) < 9:
				answer(w, http.StatusServiceUnavailable, `{}`)
			default:
				answer(w, http.StatusOK, tokenBody)
			}
		}))
		client, err := umbrella.New(memhttp.URL, umbrella.WithAPIKey(canaryKey, canaryCustomer), umbrella.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		_, err = client.WaitForVerification(t.Context(), requestID)
		require.NoError(t, err)
		require.EqualValues(t, 9, asked.Load())
	})
}

func TestWaitForVerification_ReturnsAtOnceWhatWillNotPass(t *testing.T) {
	for name, tc := range map[string]struct {
		reply func(http.ResponseWriter)
		want  error
	}{
		"400":         {says(400, `{}`), umbrella.ErrInvalidRequest},
		"401":         {says(401, `{}`), umbrella.ErrUnauthorized},
		"403":         {says(403, `{}`), umbrella.ErrForbidden},
		"410":         {says(410, `{}`), umbrella.ErrGone},
		"not JSON":    {says(200, `<html>`), umbrella.ErrInvalidResponse},
		"not an enum": {says(200, `{"status":true,"data":{"isVerified":"no"}}`), umbrella.ErrInvalidResponse},
		"too much":    {says(200, strings.Repeat(" ", 2<<20)), umbrella.ErrResponseTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &poller{replies: []func(http.ResponseWriter){tc.reply, isSigned}}
				start := time.Now()
				_, err := clientOf(t, s.ServeHTTP).WaitForVerification(t.Context(), requestID)
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, start, time.Now())
			})
		})
	}
	refused := errors.Join(errors.New("the vault says no"), authprovider.ErrCredentials)
	client, err := umbrella.New(memhttp.URL, umbrella.WithTokenSource(source(func(context.Context) (authprovider.Token, error) { return authprovider.Token{}, refused })))
	require.NoError(t, err)
	_, err = client.WaitForVerification(t.Context(), requestID)
	require.ErrorIs(t, err, authprovider.ErrCredentials)
	_, err = client.WaitForVerification(t.Context(), "")
	require.Equal(t, 0, apiError(t, err).Attempts)
	var none context.Context
	_, err = client.WaitForVerification(none, requestID)
	require.Equal(t, 0, apiError(t, err).Attempts)
	_, err = (*umbrella.Client)(nil).WaitForVerification(t.Context(), requestID)
	require.Equal(t, 0, apiError(t, err).Attempts)
	for _, opt := range []umbrella.WaitOption{nil, umbrella.WithPollInterval(0, 1), umbrella.WithPollInterval(2, 1)} {
		_, err = client.WaitForVerification(t.Context(), requestID, opt)
		require.Error(t, err)
	}
}

type source func(context.Context) (authprovider.Token, error)

func (f source) Token(ctx context.Context) (authprovider.Token, error) { return f(ctx) }

func TestWaitForVerification_TakesNotFoundForNotYetForHalfAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &poller{replies: []func(http.ResponseWriter){says(404, `{}`)}}
		start := time.Now()
		_, err := clientOf(t, s.ServeHTTP).WaitForVerification(t.Context(), requestID)
		require.ErrorIs(t, err, umbrella.ErrNotFound)
		require.GreaterOrEqual(t, time.Since(start), 30*time.Second)
		require.Less(t, time.Since(start), 60*time.Second)
		require.NotContains(t, err.Error(), requestID)
	})
}
