package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

func TestViolation_SaysWhatToWriteForAnAddressOutsideASCII(t *testing.T) {
	validator, err := contract.New(contract.WithServer("/"))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/onboarding/createSessionLink", strings.NewReader(
		`{"email":"user@bücher.example","phoneNumber":"+436508021530","redirectUrl":"https://example.com/a","docUrl":"https://example.com/a.pdf"}`))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer none")
	require.ErrorContains(t, validator.ValidateRequest(req), "$.email must be an e-mail address in ASCII, which the document asks for: write the domain in punycode")
}

func TestOpenAPI_NamesEveryOperation(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(contract.OpenAPI())
	require.NoError(t, err)
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			require.NotEmpty(t, operation.OperationID, "%s %s", method, path)
		}
	}
	require.NotZero(t, document.Paths.Len())
}
