package contract_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// shop has operations and parameters of the kinds that the embedded document has
// not, or not yet.
const shop = `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{
	"/orders":{"get":{"operationId":"listOrders",
		"parameters":[
			{"name":"state","in":"query","schema":{"type":"string","enum":["open","closed"]}},
			{"name":"paid","in":"query","schema":{"type":"boolean"}},
			{"name":"flags","in":"query","schema":{"type":"array","items":{"type":"boolean"}}},
			{"name":"tag","in":"query","schema":{"type":"array","items":{"type":"string"}}},
			{"name":"kind","in":"query","schema":{"type":"array","items":{"$ref":"#/components/schemas/Kind"}}},
			{"name":"limit","in":"query","required":true,"schema":{"type":"integer","maximum":100}}],
		"responses":{"200":{"$ref":"#/components/responses/Orders"}}},
		"post":{"operationId":"createOrder","requestBody":{"$ref":"#/components/requestBodies/Order"},
			"responses":{"201":{"description":"d"}}}},
	"/orders/{id}":{
		"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}}],
		"get":{"operationId":"getOrder","responses":{"200":{"description":"d","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}}}},
		"delete":{"operationId":"deleteOrder","responses":{"204":{"description":"d"}}}},
	"/switches/{settings}":{"get":{"operationId":"getSwitches",
		"parameters":[{"name":"settings","in":"path","required":true,"schema":{"type":"array","items":{"type":"boolean"}}}],
		"responses":{"204":{"description":"d"}}}},
	"/files/{name}/versions/{day}":{"get":{"operationId":"getFile",
		"parameters":[
			{"name":"name","in":"path","required":true,"schema":{"type":"string","pattern":"^[a-z/ ]+$"}},
			{"name":"day","in":"path","required":true,"schema":{"type":"string","format":"date"}}],
		"responses":{"204":{"description":"d"}}}}},
	"components":{
		"responses":{"Orders":{"description":"d","content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/Order"}}}}}},
		"requestBodies":{"Order":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Order"}}}}},
		"schemas":{"Kind":{"type":"string","enum":["a","b"]},"Order":{"type":"object","required":["id","due"],"properties":{
			"due":{"type":"string","format":"date"},"id":{"type":"string","format":"uuid"}}}}}}`

const uuid = "123e4567-e89b-12d3-a456-426614174000"

func TestValidator_JudgesOperationsOfAllKinds(t *testing.T) {
	v, err := contract.NewFromDocument([]byte(shop), contract.WithServer("/"))
	require.NoError(t, err)
	for _, tt := range []struct {
		method, url, body string
		operation         string
		want              []string
	}{
		{"GET", "/orders?limit=5&state=open&tag=a&tag=b", "", "", nil},
		{"GET", "/orders?limit=5&limit=6", "", "listOrders", want("$query.limit repeated")},
		{"GET", "/orders?limit=500&state=lost", "", "listOrders", want("$query.state enum", "$query.limit maximum")},
		{"GET", "/orders?limit=5&kind=a&kind=c", "", "listOrders", want("$query.kind enum")},
		{"GET", "/orders?limit=5&paid=true&flags=true&flags=false", "", "", nil},
		{"GET", "/orders?limit=5&paid=1&flags=true&flags=T", "", "listOrders", want("$query.paid type", "$query.flags type")},
		{"GET", "/orders?limit=many&paid=yes", "", "listOrders", want("$query.paid type", "$query.limit type")},
		{"GET", "/orders", "", "listOrders", want("$query.limit required")},
		{"PUT", "/orders", "", "", want("$method method")},
		{"POST", "/orders", `{"id":"` + uuid + `","due":"2024-02-29"}`, "", nil},
		{"POST", "/orders", `{"id":"x","due":"2023-02-29"}`, "createOrder", want("$.due format", "$.id format")},
		{"POST", "/orders", `{}`, "createOrder", want("$.due required", "$.id required")},
		{"GET", "/orders/" + uuid, "", "", nil},
		{"GET", "/orders/x", "", "getOrder", want("$path.id format")},
		{"DELETE", "/orders/x", "", "deleteOrder", want("$path.id format")},
		{"GET", "/orders/" + uuid + "/", "", "", want("$path path")},
		{"GET", "/switches/true,false", "", "", nil},
		{"GET", "/switches/true,1", "", "getSwitches", want("$path.settings type")},
		{"GET", "/files/a%2Fb%20c/versions/2024-02-29", "", "", nil},
		{"GET", "/files/A/versions/2023-02-29", "", "getFile", want("$path.name pattern", "$path.day format")},
	} {
		t.Run(tt.method+" "+tt.url+" "+tt.body, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, tt.url, strings.NewReader(tt.body))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			err = v.ValidateRequest(req)
			require.Equal(t, tt.want, breaches(t, err))
			if e := new(contract.Error); errors.As(err, &e) {
				require.Equal(t, tt.operation, e.Operation)
				require.NotContains(t, fmt.Sprint(e), "lost")
			}
		})
	}
}

func TestValidator_JudgesAnswersOfAllKinds(t *testing.T) {
	v, err := contract.NewFromDocument([]byte(shop), contract.WithServer("/"))
	require.NoError(t, err)
	judge := func(method, url string, status int, body string) []string {
		req, err := http.NewRequest(method, url, nil)
		require.NoError(t, err)
		return breaches(t, v.ValidateResponse(req, newResponse(status, "application/json", body)))
	}
	require.Empty(t, judge("GET", "/orders", 200, `[{"id":"`+uuid+`","due":"2024-02-29"}]`))
	require.Equal(t, want("$[0].due required", "$[0].id required", "$[1] type"), judge("GET", "/orders", 200, `[{},1]`))
	require.Equal(t, want("$.id format"), judge("GET", "/orders/x", 200, `{"id":"x","due":"2024-02-29"}`))
	require.Empty(t, judge("DELETE", "/orders/x", 204, ""))
	require.Equal(t, want("$status status"), judge("DELETE", "/orders/x", 200, ""))
}

func TestError_KeepsFiftyViolationsAndCountsTheRest(t *testing.T) {
	for items, omitted := range map[int]int{24: 0, 25: 2, 100: 152} {
		var e *contract.Error
		body := `{"fillForm":[` + strings.Repeat(`{},`, items-1) + `{}],"signForms":1,"docUrl":"https://x","redirectUrl":"x:y","phoneNumber":"123","email":1}`
		require.ErrorAs(t, newValidator(t).ValidateRequest(newRequest(t, body)), &e)
		require.Len(t, e.Violations, 50)
		require.Equal(t, omitted, e.Omitted, items)
		require.Equal(t, "$.email", e.Violations[0].Path)
		require.Equal(t, "$.signForms", e.Violations[1].Path)
		require.Equal(t, "$.fillForm[23].value", e.Violations[49].Path)
		require.ErrorContains(t, e, fmt.Sprintf("; and %d more", 45+omitted))
	}
}
