package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// buffer reads at most limit bytes of *body and puts another body in its place
// that gives the same bytes, and the same error, from the start.
func buffer(body *io.ReadCloser, limit int64) (data []byte, tooLarge bool, err error) {
	original := *body
	if original == nil || original == http.NoBody {
		return nil, false, nil
	}
	data, err = io.ReadAll(io.LimitReader(original, limit+1))
	tooLarge = int64(len(data)) > limit
	var again io.Reader = bytes.NewReader(data)
	switch {
	case err != nil:
		again = io.MultiReader(again, failure{err})
	case tooLarge:
		again = io.MultiReader(again, original)
	}
	*body = struct {
		io.Reader
		io.Closer
	}{again, original}
	return data, tooLarge, err
}

// failure is a reader that has already failed.
type failure struct{ err error }

func (f failure) Read([]byte) (int, error) { return 0, f.err }

func (v *Validator) sizeViolation() Violation {
	return Violation{"$", "size", fmt.Sprintf("must not be larger than %d bytes", v.maxBody)}
}

// mediaType picks what the document says about the Content-Type of header.
func mediaType(content openapi3.Content, header http.Header) (*openapi3.MediaType, *Violation) {
	if media := content.Get(header.Get("Content-Type")); media != nil {
		return media, nil
	}
	names := slices.Sorted(maps.Keys(content))
	return nil, &Violation{"$header.Content-Type", "mediaType", "must be " + strings.Join(names, " or ")}
}

// checkBody checks a JSON body against the schema of media.
func (v *Validator) checkBody(media *openapi3.MediaType, data []byte, as openapi3.SchemaValidationOption) []Violation {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if strictjson.Check(data) != nil || decoder.Decode(&value) != nil {
		return []Violation{{"$", "json", "must be one JSON value in which no member is named twice"}}
	}
	if media.Schema == nil {
		return nil
	}
	err := visit(media.Schema.Value, value, as, v.formats, terse, openapi3.MultiErrors(), openapi3.EnableJSONSchema2020())
	return translate(err, node{path: "$", schemas: flatten(media.Schema)})
}

// visit survives the JSON Schema engine, which panics at numbers like 1e9999999
// where the schema has a bound.
func visit(schema *openapi3.Schema, value any, opts ...openapi3.SchemaValidationOption) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panic")
		}
	}()
	return schema.VisitJSON(value, opts...)
}

// terse keeps kin-openapi from rendering the value at each level of each error:
// nobody reads that text, and a deep body of some kilobytes makes gigabytes of it.
var terse = openapi3.SetSchemaErrorMessageCustomizer(func(*openapi3.SchemaError) string { return "no" })
