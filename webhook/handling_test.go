package webhook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/webhook"
)

func TestReceiver_AcknowledgesOnlyWhatWasHandled(t *testing.T) {
	for name, handle := range map[string]handler{
		"error":          func(context.Context, webhook.Event) error { return errors.New("no") },
		"panic":          func(context.Context, webhook.Event) error { panic("no") },
		"panic with nil": func(context.Context, webhook.Event) error { panic(nil) },
		"net/http panic": func(context.Context, webhook.Event) error { panic(http.ErrAbortHandler) },
		"goroutine ends": func(context.Context, webhook.Event) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, http.StatusServiceUnavailable, serve(newReceiver(t, handle), request(upstream)).StatusCode)
		})
	}
	res := serve(newReceiver(t, accept), request(upstream))
	require.Equal(t, http.StatusNoContent, res.StatusCode)
	require.Empty(t, res.Header)
}

func TestReceiver_AnswersAfterEightSecondsWhateverTheHandlerDoes(t *testing.T) {
	for name, handle := range map[string]func(ctx context.Context, stuck chan struct{}) error{
		"ends with its context":   func(ctx context.Context, _ chan struct{}) error { <-ctx.Done(); return ctx.Err() },
		"ignores its context":     func(_ context.Context, stuck chan struct{}) error { <-stuck; return nil },
		"panics after its answer": func(_ context.Context, stuck chan struct{}) error { <-stuck; panic("late") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stuck := make(chan struct{})
				defer close(stuck)
				send := client(t, newReceiver(t, func(ctx context.Context, _ webhook.Event) error { return handle(ctx, stuck) }))
				start := time.Now()
				res, err := send(request(upstream))
				require.NoError(t, err)
				require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
				require.Equal(t, 8*time.Second, time.Since(start))
			})
		})
	}
}

func TestReceiver_SlowEventIsHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		send := client(t, newReceiver(t, func(ctx context.Context, _ webhook.Event) error {
			select {
			case <-time.After(7 * time.Second):
				return nil
			case <-ctx.Done(): // by the deadline of the body, that is: it would be over now
				return ctx.Err()
			}
		}))
		for range 2 {
			body, w := io.Pipe()
			go func() {
				time.Sleep(9 * time.Second)
				_, _ = io.WriteString(w, upstream)
				_ = w.Close()
			}()
			res, err := send(requestFrom(body))
			require.NoError(t, err)
			require.Equal(t, http.StatusNoContent, res.StatusCode)
		}
	})
}

func TestReceiver_EndsTheHandlersContextWhenTheSenderHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan time.Time, 1)
		send := client(t, newReceiver(t, func(ctx context.Context, _ webhook.Event) error {
			<-ctx.Done()
			ended <- time.Now()
			return nil
		}))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := send(request(upstream).WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 3*time.Second, (<-ended).Sub(start))
	})
}

func TestReceiver_HandlersThatHangAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		r := newReceiver(t, func(context.Context, webhook.Event) error { <-stuck; return nil })
		status := make(chan int, 300)
		for range 300 {
			go func() { status <- serve(r, request(upstream)).StatusCode }()
		}
		synctest.Wait()
		require.Len(t, status, 300-256, "refused at once")
		time.Sleep(8 * time.Second)
		for range 300 {
			require.Equal(t, http.StatusServiceUnavailable, <-status)
		}
		require.Equal(t, http.StatusServiceUnavailable, serve(r, request(upstream)).StatusCode, "they still hang")
		close(stuck)
		synctest.Wait()
		require.Equal(t, http.StatusNoContent, serve(r, request(upstream)).StatusCode)
	})
}

func TestReceiver_FailedReadsFreeTheirPlace(t *testing.T) {
	r := newReceiver(t, accept)
	for range 300 {
		require.Equal(t, http.StatusBadRequest, serve(r, requestFrom(cutOff{})).StatusCode)
	}
	require.Equal(t, http.StatusNoContent, serve(r, request(upstream)).StatusCode)
}
