package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

func TestLoad_ReadsTodaysDocument(t *testing.T) {
	doc, err := document.Load("../../../openapi.yaml", "../../../overlay.yaml")
	require.NoError(t, err)
	require.Len(t, doc.Operations, 3)
	op := doc.Operations[0]
	require.False(t, op.Preview)
	require.True(t, doc.Operations[1].Preview && doc.Operations[2].Preview)
	require.Equal(t, "createSessionLink", op.ID)
	require.Equal(t, "POST", op.Method)
	require.Equal(t, "200", op.Success().Status)
	require.NotNil(t, op.Success().Example)
	body := op.Body.Target()
	require.Equal(t, "CreateSessionLinkRequest", body.Name)
	require.Len(t, body.Properties, 6)
	require.Equal(t, "SignForm", body.Properties[4].Schema.Items.GoName)
	require.Equal(t, "$.components.schemas.CreateSessionLinkRequest.properties.signForms.items", body.Properties[4].Schema.Items.Place.Path)
}
