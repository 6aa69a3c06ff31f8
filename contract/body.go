package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/umbrella-api/umbrella-go/internal/httpkit"
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
		rest = httpkit.Failed(err)
	}
	*body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(data), rest), original}
	return data, int64(len(data)) > limit, err
}

// checkBody checks a body that is not empty, and its Content-Type.
func (v *Validator) checkBody(content openapi3.Content, header http.Header, data []byte, tooLarge bool) (found []Violation, omitted int) {
	media := content.Get(header.Get("Content-Type"))
	switch {
	case tooLarge:
		return []Violation{{"$", "size", fmt.Sprintf("must not be larger than %d bytes", v.maxBody)}}, 0
	case media == nil:
		names := strings.Join(slices.Sorted(maps.Keys(content)), " or ")
		return []Violation{{"$header.Content-Type", "mediaType", "must be " + names}}, 0
	}
	body, broken := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if broken != nil || strictjson.Check(data) != nil {
		return []Violation{{"$", "json", "must be one JSON value in which no member is named twice"}}, 0
	}
	schema := v.schemas[media]
	if schema == nil {
		return nil, 0
	}
	body = tame(body, 0)
	err, _ := schema.Validate(body).(*jsonschema.ValidationError)
	if err == nil {
		return nil, 0
	}
	f := findings{root: node{path: "$", value: body, schemas: flatten(media.Schema)}}
	f.add(err)
	return f.sorted(), f.omitted
}

const (
	maxDepth  = 100  // each error below repeats the way to its place
	maxDigits = 1000 // of a number, or of the number that its exponent stands for
)

// tame replaces what takes long to judge: a number of very many digits by the
// nearest float64, and what lies very deep by something that is no JSON value,
// so that it fails where a schema applies to it.
func tame(value any, depth int) any {
	if depth > maxDepth {
		return math.NaN()
	}
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = tame(member, depth+1)
		}
	case []any:
		for i, item := range v {
			v[i] = tame(item, depth+1)
		}
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		digits, err := strconv.Atoi(cmp.Or(exponent, "0"))
		if err != nil || max(len(v), digits, -digits) > maxDigits {
			f, _ := v.Float64() // infinite where it is out of range
			return max(-math.MaxFloat64, min(f, math.MaxFloat64))
		}
	}
	return value
}
