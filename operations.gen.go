package umbrella

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/umbrella-api/umbrella-go/api"
	"github.com/umbrella-api/umbrella-go/internal/check"
)

func (c *Client) CreateSessionLink(ctx context.Context, req api.CreateSessionLinkRequest, editors ...api.RequestEditorFn) (*api.SessionLink, error) {
	return do(ctx, c, &createSessionLink, req, editors)
}

var createSessionLink = operation[api.CreateSessionLinkRequest, *api.SessionLink]{
	endpoint: endpoint{"createSessionLink", http.MethodPost, "/onboarding/createSessionLink"},
	status:   http.StatusOK, check: func(v *check.Violations, in api.CreateSessionLinkRequest) {}, request: requestCreateSessionLink, read: func(b []byte) (*api.SessionLink, error) {
		var r api.CreateSessionLinkResponse
		err := json.Unmarshal(b, &r)
		return &r.Data, err
	},
}

func requestCreateSessionLink(ctx context.Context, server string, body api.CreateSessionLinkRequest) (*http.Request, error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"onboarding/createSessionLink", bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

var endpoints = []*endpoint{&createSessionLink.endpoint}
var documentedMessages = []string{"Invalid request payload", "Unauthorized request"}

type Request interface{ api.CreateSessionLinkRequest }

func validateBody(v *check.Violations, body any) {}
