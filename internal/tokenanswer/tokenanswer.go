// Package tokenanswer reads what POST /auth answers with a 200.
package tokenanswer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

const (
	MaxSize = 64 << 10 // bytes that Parse takes

	documented  = time.Hour // openapi.yaml, securitySchemes: "Valid for 60 minutes"
	maxLifetime = 30 * 24 * time.Hour
)

// Parse reads {"access_token": …, "expires_in": …, "token_type": …}. The token is one that a header
// takes, and the lifetime is from 1 second to 30 days. Errors show nothing of body.
func Parse(body []byte) (accessToken string, lifetime time.Duration, err error) {
	if len(body) > MaxSize {
		return "", 0, errors.New("the answer is over 64 KiB")
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // a byte order mark
	var members map[string]any                      // a struct would fold the case of names
	if strictjson.Check(body) != nil || json.Unmarshal(body, &members) != nil {
		return "", 0, errors.New("the answer is not one JSON object")
	}
	tokenType, expiresIn := members["token_type"], members["expires_in"]
	if tokenType != nil && tokenType != "" && !strings.EqualFold(fmt.Sprint(tokenType), "Bearer") {
		return "", 0, errors.New("token_type is not Bearer")
	}
	// Seconds as a number or as a number in a string. Absent in any spelling is the documented lifetime.
	if expiresIn == nil || expiresIn == "" {
		expiresIn = 0
	}
	switch seconds, err := strconv.ParseFloat(fmt.Sprint(expiresIn), 64); {
	case err == nil && seconds == 0:
		lifetime = documented
	case err == nil && seconds >= 1 && seconds <= math.MaxFloat64:
		lifetime = time.Duration(min(seconds, maxLifetime.Seconds()) * float64(time.Second))
	default:
		return "", 0, errors.New("expires_in is not a number of seconds from 1 on")
	}
	accessToken, _ = members["access_token"].(string)
	if httpkit.CheckSecret(accessToken) != nil {
		return "", 0, errors.New("access_token is empty or has characters that no header takes")
	}
	return accessToken, lifetime, nil
}
