package authprovider_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/authprovider"
)

// A call that has ended tells of a failure as long as other calls get it, too.
func TestTokenSource_EndedCallIsNotBlamedOnAnOldFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, posts := newSource(t, refusing(404, ""))
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, authprovider.ErrMalformed)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = source.Token(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, authprovider.ErrMalformed)

		time.Sleep(time.Second)
		_, err = source.Token(ctx)
		require.EqualError(t, err, "authprovider: no token: the call ended before POST /auth brought one: cancelled by the caller")
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, authprovider.ErrMalformed)
		require.EqualValues(t, 1, posts.Load())
	})
}

func TestClose_IsToldToACallThatHasEnded(t *testing.T) {
	source, _ := newSource(t, numbered(time.Hour))
	require.NoError(t, source.Close())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := source.Token(ctx)
	require.ErrorIs(t, err, authprovider.ErrClosed)
}
