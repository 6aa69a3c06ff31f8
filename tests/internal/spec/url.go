package spec

import (
	"fmt"
	"net/url"
	"strings"
)

// URL writes the path and the query that the document gives to a call with these
// parameters, with every character that could mean something escaped.
func (o *Operation) URL(parameters map[*Parameter]any) string {
	path, query := o.Path, url.Values{}
	for _, p := range o.Parameters {
		value, ok := parameters[p]
		switch {
		case !ok:
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(fmt.Sprint(value)))
		default:
			items, isList := value.([]any)
			if !isList {
				items = []any{value}
			}
			for _, item := range items {
				query.Add(p.Name, fmt.Sprint(item))
			}
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// SameURL reports whether two requests' URLs mean the same: the same segments and
// the same query, however they are escaped.
func SameURL(a, b string) bool {
	pathA, queryA, _ := strings.Cut(a, "?")
	pathB, queryB, _ := strings.Cut(b, "?")
	segmentsA, segmentsB := strings.Split(pathA, "/"), strings.Split(pathB, "/")
	if len(segmentsA) != len(segmentsB) {
		return false
	}
	for i := range segmentsA {
		x, errX := url.PathUnescape(segmentsA[i])
		y, errY := url.PathUnescape(segmentsB[i])
		if errX != nil || errY != nil || x != y {
			return false
		}
	}
	x, errX := url.ParseQuery(queryA)
	y, errY := url.ParseQuery(queryB)
	return errX == nil && errY == nil && x.Encode() == y.Encode()
}
