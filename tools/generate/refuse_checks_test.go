package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each property is one that the document may have but Go cannot check.
func TestChecks_WhatCannotBeCheckedFailsTheGenerationWithItsPlace(t *testing.T) {
	dir := copied(t)
	overlay := read(t, dir, "overlay.yaml")
	for property, want := range map[string]string{
		"{ type: integer, minimum: 9223372036854775808 }":                      "minimum 9223372036854775808 lies beyond the integers of Go",
		"{ type: integer, format: int32, maximum: -2147483649 }":               "maximum -2147483649 lies beyond the integers of Go",
		"{ type: integer, multipleOf: 9223372036854775808 }":                   "multipleOf 9223372036854775808 lies beyond",
		"{ type: string, format: date-time, pattern: '^2' }":                   "a date-time with pattern, length or enum",
		"{ type: string, format: hostname }":                                   "format hostname",
		"{ type: string, pattern: '(?=a)' }":                                   "pattern (?=a)",
		"{ type: object, required: [b], properties: { a: { type: string } } }": "requires b, which is no property",
	} {
		put(t, dir, "overlay.yaml", overlay)
		grow(t, dir, "  - target: $.components.schemas.CreateSessionLinkRequest.properties\n    update: { more: "+property+" }\n")
		_, err := contents(dir, "")
		require.ErrorContains(t, err, want, property)
		require.ErrorContains(t, err, "overlay.yaml:", property)
		require.ErrorContains(t, err, "$.components.schemas.CreateSessionLinkRequest.properties.more", property)
	}
}
