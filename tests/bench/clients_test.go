package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/carlmjohnson/requests"
	"github.com/hashicorp/go-retryablehttp"
	"resty.dev/v3"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/api"
)

// createFunc is one createSessionLink, from struct to struct.
type createFunc func(context.Context, api.CreateSessionLinkRequest) (*api.SessionLink, error)

type makeFunc func(baseURL string, transport http.RoundTripper) (createFunc, error)

// callTimeout is what bounds a call of ours by default. The others get the same
// bound through the context, because a call that may hang for ever is not the
// same work.
const callTimeout = 60 * time.Second

// clients are the contestants, in the order of the tables. All encode the request,
// set the bearer token, bound the call, refuse other statuses than 200, decode the
// envelope and close the body.
var clients = []struct {
	name string
	make makeFunc
}{
	{"handwritten", bounded(newHandwritten)},
	{"generated", bounded(newGenerated)},
	{"retryablehttp", bounded(newRetryable)},
	{"resty", bounded(newResty)},
	{"requests", bounded(newRequests)},
	{"ours", newOurs},
}

// wireRequest is what request looks like on the wire.
var wireRequest = func() []byte {
	data, err := json.Marshal(request)
	if err != nil {
		panic(err)
	}
	return data
}()

// bounded gives the calls of a client a time limit.
func bounded(make makeFunc) makeFunc {
	return func(baseURL string, transport http.RoundTripper) (createFunc, error) {
		create, err := make(baseURL, transport)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			return create(ctx, in)
		}, nil
	}
}

// newHandwritten is the function that one writes instead of taking an SDK.
func newHandwritten(baseURL string, transport http.RoundTripper) (createFunc, error) {
	client := &http.Client{Transport: transport}
	return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL+operation, bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+bearer)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("status %d", resp.StatusCode)
		}
		var out api.CreateSessionLinkResponse
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			return nil, err
		}
		return &out.Data, nil
	}, nil
}

func newGenerated(baseURL string, transport http.RoundTripper) (createFunc, error) {
	return generatedOn(baseURL, &http.Client{Transport: transport})
}

func newRetryable(baseURL string, transport http.RoundTripper) (createFunc, error) {
	client := retryablehttp.NewClient()
	client.HTTPClient = &http.Client{Transport: transport}
	client.Logger = nil
	return generatedOn(baseURL, client.StandardClient())
}

func generatedOn(baseURL string, doer api.HttpRequestDoer) (createFunc, error) {
	client, err := api.NewClientWithResponses(baseURL, api.WithHTTPClient(doer),
		api.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			req.Header.Set("Authorization", "Bearer "+bearer)
			return nil
		}))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
		res, err := client.CreateSessionLinkWithResponse(ctx, in)
		if err != nil {
			return nil, err
		}
		if res.JSON200 == nil {
			return nil, fmt.Errorf("status %d", res.StatusCode())
		}
		return &res.JSON200.Data, nil
	}, nil
}

func newResty(baseURL string, transport http.RoundTripper) (createFunc, error) {
	client := resty.NewWithClient(&http.Client{Transport: transport}).SetBaseURL(baseURL).SetAuthToken(bearer).
		SetLoggerWarnLevel(true) // true is off: no line a call about plain http on loopback
	return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
		var out api.CreateSessionLinkResponse
		res, err := client.R().
			SetContext(ctx).
			SetContentType("application/json").
			SetHeader("Accept", "application/json").
			SetBody(in).
			SetResult(&out).
			Post(operation)
		if err != nil {
			return nil, err
		}
		if res.StatusCode() != http.StatusOK {
			return nil, fmt.Errorf("status %d", res.StatusCode())
		}
		return &out.Data, nil
	}, nil
}

func newRequests(baseURL string, transport http.RoundTripper) (createFunc, error) {
	client := &http.Client{Transport: transport}
	return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
		var out api.CreateSessionLinkResponse
		err := requests.URL(baseURL + operation).
			Client(client).
			Bearer(bearer).
			Accept("application/json").
			BodyJSON(in).
			CheckStatus(http.StatusOK).
			ToJSON(&out).
			Fetch(ctx)
		if err != nil {
			return nil, err
		}
		return &out.Data, nil
	}, nil
}

// newOurs has all defaults: the API key exchanged for a token, the whole-call
// timeout, retries, the answer's size limit and the checks of the answer.
func newOurs(baseURL string, transport http.RoundTripper) (createFunc, error) {
	client, err := umbrella.New(baseURL,
		umbrella.WithAPIKey(apiKey, customerID),
		umbrella.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, in api.CreateSessionLinkRequest) (*api.SessionLink, error) {
		return client.CreateSessionLink(ctx, in)
	}, nil
}
