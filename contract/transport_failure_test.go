package contract_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestTransport_PassesTheTokenExchange(t *testing.T) {
	for _, tt := range []struct {
		name, server, method, url string
		passes                    bool
	}{
		{"production", "", "POST", "https://api-umbrella.io/api/services/auth", true},
		{"own base", "http://127.0.0.1:1", "POST", "http://127.0.0.1:1/auth", true},
		{"another method", "", "GET", "https://api-umbrella.io/api/services/auth", false},
		{"below", "", "POST", "https://api-umbrella.io/api/services/auth/x", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var opts []contract.Option
			if tt.server != "" {
				opts = append(opts, contract.WithServer(tt.server))
			}
			base := &answering{resp: newResponse(500, "text/html", "anything")}
			req, err := http.NewRequest(tt.method, tt.url, nil)
			require.NoError(t, err)
			resp, err := newValidator(t, opts...).Transport(base).RoundTrip(req)
			if tt.passes {
				require.NoError(t, err)
				require.Equal(t, "anything", readAll(t, resp.Body))
				return
			}
			require.NotEmpty(t, breaches(t, err))
			require.Empty(t, base.received)
		})
	}
}

func TestTransport_ToleratesABaseWithoutBody(t *testing.T) {
	empty := newResponse(200, "application/json", "")
	empty.Body = nil
	_, err := newValidator(t).Transport(&answering{resp: empty}).RoundTrip(newRequest(t, goodRequest))
	require.Equal(t, want("$ json"), breaches(t, err))

	resp, err := newValidator(t).Transport(&answering{}).RoundTrip(newRequest(t, goodRequest))
	require.NoError(t, err)
	require.Nil(t, resp)
}

func TestTransport_PassesFailuresOn(t *testing.T) {
	broken := errors.New("broken")
	reports := 0
	for name, v := range map[string]*contract.Validator{
		"enforcing": newValidator(t),
		"reporting": newValidator(t, contract.WithReport(func(contract.Report) { reports++ })),
	} {
		t.Run(name+", base fails", func(t *testing.T) {
			_, err := v.Transport(&answering{err: broken}).RoundTrip(newRequest(t, goodRequest))
			require.ErrorIs(t, err, broken)
		})
		t.Run(name+", request body fails", func(t *testing.T) {
			body := &closing{Reader: iotest.ErrReader(broken)}
			req := newRequest(t, "")
			req.Body = body
			_, err := v.Transport(&answering{}).RoundTrip(req)
			require.ErrorIs(t, err, broken)
			require.True(t, body.closed.Load())
		})
		t.Run(name+", response body fails", func(t *testing.T) {
			resp := newResponse(200, "application/json", "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{`), iotest.ErrReader(broken)))
			resp, err := v.Transport(&answering{resp: resp}).RoundTrip(newRequest(t, goodRequest))
			require.NoError(t, err)
			data, err := io.ReadAll(resp.Body)
			require.Equal(t, `{`, string(data))
			require.ErrorIs(t, err, broken)
		})
	}
	require.Zero(t, reports)
}
