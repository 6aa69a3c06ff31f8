// Command handwritten does what command consumer does, with what one would write
// instead of importing umbrella: net/http and encoding/json. It is the yardstick
// of the binary size.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

type signForm struct {
	FieldID string `json:"fieldId"`
	ActorID string `json:"actorId"`
}

type request struct {
	Email       string     `json:"email"`
	PhoneNumber string     `json:"phoneNumber"`
	RedirectURL string     `json:"redirectUrl"`
	DocURL      string     `json:"docUrl"`
	SignForms   []signForm `json:"signForms,omitempty"`
}

type sessionLink struct {
	RequestID    string    `json:"requestId"`
	URL          string    `json:"url"`
	ExpiresAfter time.Time `json:"expiresAfter"`
}

type apiError struct {
	status  int
	message string
}

func (e *apiError) Error() string {
	return fmt.Sprintf("umbrella: %d %s: %s", e.status, http.StatusText(e.status), e.message)
}

type client struct {
	server, apiKey, customerID string
	http                       http.Client

	mu      sync.Mutex
	token   string
	expires time.Time
}

func (c *client) post(ctx context.Context, path string, header map[string]string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var failure struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(data, &failure)
		return &apiError{resp.StatusCode, failure.Message}
	}
	return json.Unmarshal(data, out)
}

func (c *client) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Until(c.expires) > time.Minute {
		return c.token, nil
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	err := c.post(ctx, "/auth", map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Api-Key": c.apiKey, "Customer-Id": c.customerID,
	}, nil, &answer)
	if err != nil {
		return "", fmt.Errorf("auth: %w", err)
	}
	c.token, c.expires = answer.AccessToken, time.Now().Add(time.Duration(answer.ExpiresIn)*time.Second)
	return c.token, nil
}

func (c *client) createSessionLink(ctx context.Context, in request) (*sessionLink, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	token, err := c.bearer(ctx)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Status bool        `json:"status"`
		Data   sessionLink `json:"data"`
	}
	err = c.post(ctx, "/onboarding/createSessionLink", map[string]string{
		"Content-Type": "application/json", "Authorization": "Bearer " + token,
	}, body, &answer)
	if err != nil {
		return nil, err
	}
	if !answer.Status || answer.Data.URL == "" {
		return nil, errors.New("umbrella: the answer holds no link")
	}
	return &answer.Data, nil
}

func main() {
	c := &client{
		server:     os.Getenv("UMBRELLA_SERVER"),
		apiKey:     os.Getenv("UMBRELLA_API_KEY"),
		customerID: os.Getenv("UMBRELLA_CUSTOMER_ID"),
	}
	link, err := c.createSessionLink(context.Background(), request{
		Email:       "user@example.com",
		PhoneNumber: "+436769556026",
		RedirectURL: "https://example.com/onboarding/success",
		DocURL:      "https://cdn.example.com/pdf/contract.pdf",
		SignForms:   []signForm{{FieldID: "Signature1", ActorID: "userToIdentify"}},
	})
	var failure *apiError
	if errors.As(err, &failure) && failure.status == http.StatusUnauthorized {
		err = fmt.Errorf("check the credentials: %w", err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(link.URL, link.ExpiresAfter, link.RequestID)
}
