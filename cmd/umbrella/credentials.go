package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
)

// credentials are those in the environment: a key and a customer, or a token.
type credentials struct{ key, customer, token string }

// checkCredentials reads them.
func (c *connection) checkCredentials() {
	s := credentials{os.Getenv("UMBRELLA_API_KEY"), os.Getenv("UMBRELLA_CUSTOMER_ID"), os.Getenv("UMBRELLA_TOKEN")}
	c.credentials = s
	switch {
	case s.token != "" && s.key+s.customer != "":
		c.wrong.credentials("UMBRELLA_TOKEN and UMBRELLA_API_KEY or UMBRELLA_CUSTOMER_ID are both set: keep one kind")
	case s.token != "":
	case s.key+s.customer == "":
		c.wrong.credentials("no credentials: set UMBRELLA_API_KEY and UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN (umbrella link --mock needs none)")
	case s.key == "":
		c.wrong.credentials("UMBRELLA_API_KEY is not set, but UMBRELLA_CUSTOMER_ID is")
	case s.customer == "":
		c.wrong.credentials("UMBRELLA_CUSTOMER_ID is not set, but UMBRELLA_API_KEY is")
	}
	for _, v := range [][2]string{{"UMBRELLA_API_KEY", s.key}, {"UMBRELLA_CUSTOMER_ID", s.customer}, {"UMBRELLA_TOKEN", s.token}} {
		if err := httpkit.CheckSecret(v[1]); v[1] != "" && err != nil {
			c.wrong.credentials("%s: %s", v[0], err)
		}
	}
	if end := expiry(s.token); !end.IsZero() && !time.Now().Before(end) {
		c.wrong.credentials("UMBRELLA_TOKEN expired at %s, %s ago: get a new one",
			end.UTC().Format(time.RFC3339), time.Since(end).Round(time.Second))
	}
}

// expiry is what a token says of its own end, the zero time if it says nothing.
func expiry(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp < 1 || claims.Exp > 1<<40 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0)
}
