package contract_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestValidator_CapsRequestBodies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int64
		want  []string
	}{
		{"at the limit", int64(len(goodRequest)), nil},
		{"over the limit", int64(len(goodRequest)) - 1, want("$ size")},
		{"far over the limit", 1, want("$ size")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newValidator(t, contract.WithMaxBodyBytes(tt.limit))
			req := newRequest(t, goodRequest)
			require.Equal(t, tt.want, breaches(t, v.ValidateRequest(req)))
			require.Equal(t, goodRequest, readAll(t, req.Body))
		})
	}
}

func TestValidator_PassesOnABodyThatCannotBeRead(t *testing.T) {
	broken := errors.New("connection reset")
	req := newRequest(t, "")
	req.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(broken)))

	err := newValidator(t).ValidateRequest(req)
	require.ErrorIs(t, err, broken)
	require.NotErrorAs(t, err, new(*contract.Error))

	data, err := io.ReadAll(req.Body)
	require.Equal(t, "{", string(data))
	require.ErrorIs(t, err, broken, "the next reader sees the same failure")
}

func TestValidator_AcceptsABodyOfUnknownLength(t *testing.T) {
	req := newRequest(t, "")
	req.Body, req.ContentLength, req.GetBody = io.NopCloser(strings.NewReader(goodRequest)), -1, nil
	require.NoError(t, newValidator(t).ValidateRequest(req))
	require.Equal(t, int64(-1), req.ContentLength)

	req.Body = nil
	require.Equal(t, want("$ json"), breaches(t, newValidator(t).ValidateRequest(req)))
}
