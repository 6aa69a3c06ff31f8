package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// canaries are values that no error may show, in whatever part of a message
// they travelled.
const (
	canaryToken = "canaryToken123"
	canaryMail  = "canary mail@example.com"
	canaryPhone = "canary+43650"
	canaryURL   = "canary://"
	canaryName  = "canary name"
)

func TestError_ShowsNoValue(t *testing.T) {
	fields := strings.NewReplacer("MAIL", canaryMail, "PHONE", canaryPhone, "URL", canaryURL, "NAME", canaryName)
	bodies := map[string]string{
		"formats and patterns": fields.Replace(`{"email":"MAIL","phoneNumber":"PHONE","redirectUrl":"URL","docUrl":"URL"}`),
		"wrong types":          fields.Replace(`{"email":["MAIL"],"phoneNumber":{"x":"PHONE"},"redirectUrl":{"NAME":"URL"},"docUrl":true}`),
		"items":                fields.Replace(`{"signForms":["MAIL",{"fieldId":["PHONE"]}],"fillForm":"URL"}`),
		"names":                fields.Replace(`{"MAIL":1,"PHONE":{"URL":2},"signForms":[{"NAME":3}]}`),
		"not an object":        fields.Replace(`["MAIL","PHONE","URL"]`),
		"duplicates":           fields.Replace(`{"MAIL":1,"MAIL":2}`),
		"trailing":             fields.Replace(`{} MAIL`),
		"malformed":            fields.Replace(`{"email":"MAIL`),
	}
	responses := map[string]string{
		"data":      fields.Replace(`{"status":"NAME","data":{"requestId":{"NAME":1},"url":"URL canary","expiresAfter":"canary"}}`),
		"names":     fields.Replace(`{"status":true,"data":{"MAIL":1},"PHONE":2}`),
		"malformed": fields.Replace(`{"URL`),
	}
	for _, v := range []*contract.Validator{newValidator(t), newValidator(t, contract.Sealed())} {
		for name, body := range bodies {
			for _, header := range [][]string{
				{"Authorization", "Bearer " + canaryToken},
				{"Authorization", canaryToken, "Content-Type", "canary/type"},
			} {
				req := newRequest(t, body, header...)
				req.URL.RawQuery = "t=" + canaryToken
				noCanary(t, name, v.ValidateRequest(req))
			}
		}
		for name, body := range responses {
			req := newRequest(t, bodies["wrong types"], "Authorization", "Bearer "+canaryToken)
			noCanary(t, name, v.ValidateResponse(req, newResponse(200, "application/json", body)))
			noCanary(t, name, v.ValidateResponse(req, newResponse(200, "canary/type", body)))
			noCanary(t, name, v.ValidateResponse(req, newResponse(500, "application/json", body)))
		}
		req := newRequest(t, goodRequest)
		req.URL.Path = "/" + canaryMail
		noCanary(t, "path", v.ValidateRequest(req))
		req = newRequest(t, goodRequest)
		req.Method = "CANARY"
		noCanary(t, "method", v.ValidateRequest(req))
	}
}

func noCanary(t *testing.T, name string, err error) {
	t.Helper()
	require.Error(t, err, name)
	asJSON, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	texts := []string{err.Error(), string(asJSON)}
	for e := err; e != nil; e = errors.Unwrap(e) {
		texts = append(texts, fmt.Sprintf("%v %+v %#v %s %q", e, e, e, e, e))
	}
	var e *contract.Error
	require.ErrorAs(t, err, &e)
	texts = append(texts, fmt.Sprintf("%+v %#v", *e, *e), fmt.Sprintf("%+v %#v", e.Violations, e.Violations))
	for _, text := range texts {
		require.NotContains(t, strings.ToLower(text), "canary", name)
	}
}

func TestReport_ShowsNoValue(t *testing.T) {
	var seen []contract.Report
	v := newValidator(t, contract.WithServer("/"), contract.WithReport(func(r contract.Report) { seen = append(seen, r) }))
	server := serve(t, 200, "application/json", `{"status":"canary","data":{"url":"canary","canary name":1}}`)
	client := &http.Client{Transport: v.Transport(nil)}

	req, err := http.NewRequest(http.MethodPost, server.URL+path, strings.NewReader(`{"email":"canary","canary name":1}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", canaryToken)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())

	require.Len(t, seen, 2)
	for _, r := range seen {
		asJSON, err := json.Marshal(r)
		require.NoError(t, err)
		require.NotContains(t, strings.ToLower(fmt.Sprintf("%+v %#v %s", r, r, asJSON)), "canary")
	}
}
