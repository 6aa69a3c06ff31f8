package umbrella_test

import (
	"context"
	"io"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
)

// script answers the n-th request with the n-th status and keeps when it came.
type script struct {
	statuses   []int
	retryAfter string
	at         []time.Time
	bodies     []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.at, s.bodies = append(s.at, time.Now()), append(s.bodies, string(body))
	status := s.statuses[min(len(s.at), len(s.statuses))-1]
	if s.retryAfter != "" && status != http.StatusOK {
		w.Header().Set("Retry-After", s.retryAfter)
	}
	if status == http.StatusOK {
		answer(w, status, sessionBody)
		return
	}
	answer(w, status, `{"message":"Not now"}`)
}

func TestRetry_RepeatsWhatTheServerRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{statuses: []int{429, 429, 200}}
		link, err := clientOf(t, s.ServeHTTP).CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		require.Equal(t, requestID, link.RequestID)
		require.Len(t, s.bodies, 3)
		require.NotEmpty(t, s.bodies[0])
		require.Equal(t, []string{s.bodies[0], s.bodies[0], s.bodies[0]}, s.bodies)
		require.Less(t, s.at[1].Sub(s.at[0]), 500*time.Millisecond)
		require.Less(t, s.at[2].Sub(s.at[1]), time.Second)
	})
}

func TestRetry_BackOffIsJitteredAndBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rounds = 40
		s := &script{statuses: []int{429}}
		client := clientOf(t, s.ServeHTTP, umbrella.WithTimeout(0),
			umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 8, MinBackoff: 10 * time.Millisecond, MaxBackoff: 200 * time.Millisecond}))
		longest := make([]time.Duration, 7)
		for range rounds {
			s.at = nil
			_, err := client.CreateSessionLink(t.Context(), validRequest())
			require.Equal(t, 8, apiError(t, err).Attempts)
			require.Len(t, s.at, 8)
			for i := range longest {
				longest[i] = max(longest[i], s.at[i+1].Sub(s.at[i]))
			}
		}
		for i, step := range []time.Duration{10, 20, 40, 80, 160, 200, 200} {
			step *= time.Millisecond
			require.Less(t, longest[i], step)
			require.Greater(t, longest[i], step/2, "40 draws from [0, %s)", step)
		}
	})
}

func TestRetry_BackOffGrowsTo8SecondsByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{statuses: []int{429}}
		_, err := clientOf(t, s.ServeHTTP, umbrella.WithTimeout(0), umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 60})).
			CreateSessionLink(t.Context(), validRequest())
		require.Equal(t, 60, apiError(t, err).Attempts)
		var longest time.Duration
		for i := range s.at[1:] {
			longest = max(longest, s.at[i+1].Sub(s.at[i]))
		}
		require.Less(t, longest, 8*time.Second)
		require.Greater(t, longest, 4*time.Second, "55 draws from [0, 8s)")
	})
}

func TestRetry_AbsurdPoliciesDoNotPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, policy := range []umbrella.RetryPolicy{
			{MaxAttempts: 80, MinBackoff: 1, MaxBackoff: 1},
			{MaxAttempts: 80, MinBackoff: 1, MaxBackoff: time.Second},
			{MaxAttempts: 5, MinBackoff: math.MaxInt64 / 3},
			{MaxAttempts: 5, MinBackoff: math.MaxInt64},
			{MaxAttempts: 5, MinBackoff: 1, MaxBackoff: math.MaxInt64, MaxRetryAfter: math.MaxInt64},
		} {
			s := &script{statuses: []int{429}}
			_, err := clientOf(t, s.ServeHTTP, umbrella.WithRetry(policy)).CreateSessionLink(t.Context(), validRequest())
			require.ErrorIs(t, err, umbrella.ErrRateLimited)
			require.Len(t, s.at, apiError(t, err).Attempts)
		}
	})
}

func TestRetry_EachStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for status := 300; status < 600; status++ {
			for _, retryAfter := range []string{"", "1"} {
				s := &script{statuses: []int{status}, retryAfter: retryAfter}
				_, err := clientOf(t, s.ServeHTTP).CreateSessionLink(t.Context(), validRequest())
				want := 1
				if status == 429 {
					want = 3
				}
				require.Len(t, s.at, want, "%d %q", status, retryAfter)
				require.Equal(t, want, apiError(t, err).Attempts)
				require.Equal(t, retryAfter != "", apiError(t, err).RetryAfter == time.Second)
			}
		}
	})
}

func TestRetry_RetryAfter(t *testing.T) {
	const any = -1 // a back-off below 500 ms
	for _, tc := range []struct {
		name, value string
		status      int
		wait        time.Duration // 0: no second request
		after       time.Duration // what Error.RetryAfter says, if there is one
	}{
		{name: "seconds", status: 429, value: "7", wait: 7 * time.Second},
		{name: "seconds and spaces", status: 429, value: " 7 ", wait: 7 * time.Second},
		{name: "at the cap", status: 429, value: "30", wait: 30 * time.Second},
		{name: "beyond the cap", status: 429, value: "31", after: 31 * time.Second},
		{name: "absurd", status: 429, value: "99999999999999999999", after: math.MaxInt64},
		{name: "zero", status: 429, value: "0", wait: any},
		{name: "negative", status: 429, value: "-5", wait: any},
		{name: "fraction", status: 429, value: "1.5", wait: any},
		{name: "garbage", status: 429, value: "soon", wait: any},
		{name: "absent", status: 429, wait: any},
		{name: "date", status: 429, value: "date+12s", wait: 12 * time.Second},
		{name: "date in the past", status: 429, value: "date-1h", wait: any},
		{name: "date beyond the cap", status: 429, value: "date+1h", after: time.Hour},
		{name: "503 seconds", status: 503, value: "7", after: 7 * time.Second},
		{name: "503 zero", status: 503, value: "0"},
		{name: "503 date", status: 503, value: "date+12s", after: 12 * time.Second},
		{name: "503 absent", status: 503},
		{name: "500 seconds", status: 500, value: "7", after: 7 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{statuses: []int{tc.status, 200}, retryAfter: tc.value}
				if len(tc.value) > 4 && tc.value[:4] == "date" {
					d, err := time.ParseDuration(tc.value[4:])
					require.NoError(t, err)
					s.retryAfter = time.Now().Add(d).UTC().Format(http.TimeFormat)
				}
				_, err := clientOf(t, s.ServeHTTP).CreateSessionLink(t.Context(), validRequest())
				if tc.wait == 0 {
					e := apiError(t, err)
					require.Len(t, s.at, 1)
					require.Equal(t, tc.status, e.StatusCode)
					require.Equal(t, tc.after, e.RetryAfter)
					require.Equal(t, tc.status != 429, e.MaybeProcessed)
					if tc.after > 0 {
						require.ErrorContains(t, err, "retry after "+tc.after.String())
					}
					return
				}
				require.NoError(t, err)
				require.Len(t, s.at, 2)
				if waited := s.at[1].Sub(s.at[0]); tc.wait == any {
					require.Less(t, waited, 500*time.Millisecond)
				} else {
					require.Equal(t, tc.wait, waited)
				}
			})
		})
	}
}

func TestRetry_CapOfRetryAfterCanBeSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{statuses: []int{429, 200}, retryAfter: "3600"}
		_, err := clientOf(t, s.ServeHTTP, umbrella.WithTimeout(0), umbrella.WithRetry(umbrella.RetryPolicy{MaxRetryAfter: time.Hour})).
			CreateSessionLink(t.Context(), validRequest())
		require.NoError(t, err)
		require.Equal(t, time.Hour, s.at[1].Sub(s.at[0]))
	})
}

func TestRetry_AWaitThatTheDeadlineCutsIsNotBegun(t *testing.T) {
	for name, limit := range map[string]func(context.Context) (context.Context, umbrella.Option){
		"WithTimeout": func(ctx context.Context) (context.Context, umbrella.Option) {
			return ctx, umbrella.WithTimeout(12 * time.Second)
		},
		"context": func(ctx context.Context) (context.Context, umbrella.Option) {
			ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
			context.AfterFunc(ctx, cancel)
			return ctx, umbrella.WithTimeout(0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, option := limit(t.Context())
				start := time.Now()
				s := &script{statuses: []int{429}, retryAfter: "5"}
				_, err := clientOf(t, s.ServeHTTP, option, umbrella.WithRetry(umbrella.RetryPolicy{MaxAttempts: 9})).
					CreateSessionLink(ctx, validRequest())
				e := apiError(t, err)
				require.Equal(t, 10*time.Second, time.Since(start), "two waits of 5 s fit into the limit, a third leaves no time")
				require.Equal(t, 3, e.Attempts)
				require.Equal(t, 5*time.Second, e.RetryAfter)
				require.Equal(t, "Not now", e.Message())
				require.False(t, e.MaybeProcessed)
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				requireOnly(t, err, umbrella.ErrRateLimited)
			})
		})
	}
}

func TestRetry_CancelledWaitKeepsTheLastAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := &script{statuses: []int{429}, retryAfter: "5"}
		client := clientOf(t, s.ServeHTTP)
		_, err := client.CreateSessionLink(ctx, validRequest())
		e := apiError(t, err)
		require.Equal(t, 3*time.Second, time.Since(start))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "cancelled")
		require.Equal(t, 429, e.StatusCode)
		require.Equal(t, 5*time.Second, e.RetryAfter)
		require.Equal(t, 1, e.Attempts)
		require.False(t, e.MaybeProcessed)
		requireOnly(t, err, umbrella.ErrRateLimited)
		requireDiscreet(t, err)

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		result, err := client.API().CreateSessionLinkWithResponse(ctx, validRequest())
		require.NoError(t, err)
		require.Equal(t, 429, result.StatusCode())
	})
}
