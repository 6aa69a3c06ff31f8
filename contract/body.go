package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/umbrella-api/umbrella-go/internal/format"
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
	var rest io.Reader = original
	if err != nil {
		rest = failure{err}
	}
	*body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), rest), original}
	return data, int64(len(data)) > limit, err
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
func checkBody(media *openapi3.MediaType, data []byte) (found []Violation) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if strictjson.Check(data) != nil || decoder.Decode(&value) != nil {
		return []Violation{{"$", "json", "must be one JSON value in which no member is named twice"}}
	}
	if media.Schema == nil {
		return nil
	}
	defer survive(&found)
	err := media.Schema.Value.VisitJSON(value, schemaOptions...)
	return translate(err, node{path: "$", schemas: flatten(media.Schema)})
}

// survive, deferred, turns a panic into a violation: the JSON Schema engine
// panics at numbers like 1e9999999 where the schema has a bound.
func survive(found *[]Violation) {
	if recover() != nil {
		*found = append(*found, Violation{"$", "schema", "could not be checked"})
	}
}

// schemaOptions hold for each schema that kin-openapi checks. The formats are
// not put into its registry, which is global.
var schemaOptions = []openapi3.SchemaValidationOption{
	openapi3.EnableJSONSchema2020(),
	openapi3.MultiErrors(),
	openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
		"email":     openapi3.NewCallbackValidator(format.Email),
		"uri":       openapi3.NewCallbackValidator(format.URI),
		"date-time": openapi3.NewCallbackValidator(format.DateTime),
	}),
	// Keeps kin-openapi from rendering the value at each level of each error:
	// nobody reads that text, and a deep body of some kilobytes makes gigabytes of it.
	openapi3.SetSchemaErrorMessageCustomizer(func(*openapi3.SchemaError) string { return "no" }),
}
