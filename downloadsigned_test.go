package umbrella_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/internal/memhttp"
)

// signedAnswer is that of GetVerification for documents at the paths.
func signedAnswer(paths ...string) string {
	var content []string
	for _, path := range paths {
		content = append(content, `{"signedResource":{"id":"`+path+`","mimeType":"application/pdf","resourceUrl":"`+memhttp.URL+path+`"}}`)
	}
	return `{"status":true,"data":{"isVerified":true,"signature":{"content":[` + strings.Join(content, ",") + `]}}}`
}

func TestDownloadSigned_AsksOnceMoreForAFreshURL(t *testing.T) {
	for name, tc := range map[string]struct {
		expired int32
		want    error
	}{"none expired": {0, nil}, "one expired": {1, nil}, "all expired": {9, umbrella.ErrURLExpired}} {
		t.Run(name, func(t *testing.T) {
			var asked, fetched atomic.Int32
			client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasPrefix(r.URL.Path, "/onboarding/"):
					answer(w, 200, signedAnswer(fmt.Sprintf("/canary%d", asked.Add(1))))
				case fetched.Add(1) <= tc.expired:
					w.WriteHeader(http.StatusForbidden)
				default:
					require.Equal(t, fmt.Sprintf("/canary%d", asked.Load()), r.URL.Path)
					servePDF(w, r)
				}
			})
			var out bytes.Buffer
			document, err := client.DownloadSigned(t.Context(), requestID, &out)
			require.Equal(t, 1+min(tc.expired, 1), asked.Load())
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				requireDiscreet(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, pdf, out.String())
			require.EqualValues(t, len(pdf), document.Size)
		})
	}
}

func TestDownloadSigned_NeedsOneSignedDocument(t *testing.T) {
	for name, tc := range map[string]struct {
		body, says string
		want       error
	}{
		"pending":           {pendingBody, "no signed document", umbrella.ErrNotSigned},
		"failed":            {`{"status":true,"data":{"status":"FAILED"}}`, "its status is failed", umbrella.ErrNotSigned},
		"nothing to fetch":  {`{"status":true,"data":{"isVerified":true,"signature":{"content":[{},{"signedResource":{}}]}}}`, "no signed document", umbrella.ErrNotSigned},
		"two documents":     {signedAnswer("/a", "/b"), "several signed documents", nil},
		"no answer":         {`{}`, "getVerification", umbrella.ErrInvalidResponse},
		"the same one, two": {signedAnswer("/a", "/a"), "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			client := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/onboarding/") {
					answer(w, 200, tc.body)
					return
				}
				servePDF(w, r)
			})
			_, err := client.DownloadSigned(t.Context(), requestID, io.Discard)
			if tc.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.says)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			}
		})
	}
}
