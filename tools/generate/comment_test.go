package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/umbrella-api/umbrella-go/tools/internal/document"
)

// What the document does not have, it cannot know.
func TestDocumentedErrors_OfAPreviewAreInferred(t *testing.T) {
	op := &document.Operation{Responses: []*document.Response{
		{Status: "200", Description: "Fine."}, {Status: "400", Description: "No request (inferred)."}, {Status: "404"},
	}}
	assert.Equal(t, " The document knows 400 (No request (inferred)) and 404 (Not Found).", documentedErrors(op))
	op.Preview = true
	assert.Equal(t, " Inferred answers: 400 No request, 404 Not Found.", documentedErrors(op))
	op.Responses = op.Responses[:1]
	assert.Empty(t, documentedErrors(op))
}
