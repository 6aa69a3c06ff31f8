package format_test

import (
	"strings"
	"testing"

	"github.com/umbrella-api/umbrella-go/internal/format"
)

func TestUUID_JudgesTheTextForm(t *testing.T) {
	judge(t, format.UUID, []verdict{
		{"version 1", "123e4567-e89b-12d3-a456-426614174000", true},
		{"version 4", "74884fe3-c9e1-4462-b60f-c461e422000c", true},
		{"version 7", "01890a5d-ac96-774b-bcce-b302099a8057", true},
		{"no version that is known", "123e4567-e89b-f2d3-0456-426614174000", true},
		{"capitals", "123E4567-E89B-12D3-A456-426614174000", true},
		{"both cases", "123e4567-E89b-12D3-a456-426614174000", true},
		{"nil", "00000000-0000-0000-0000-000000000000", true},
		{"all ones", strings.ToUpper("ffffffff-ffff-ffff-ffff-ffffffffffff"), true},

		{"empty", "", false},
		{"no hyphens", "123e4567e89b12d3a456426614174000", false},
		{"urn", "urn:uuid:123e4567-e89b-12d3-a456-426614174000", false},
		{"braces", "{123e4567-e89b-12d3-a456-426614174000}", false},
		{"a digit short", "123e4567-e89b-12d3-a456-42661417400", false},
		{"a digit long", "123e4567-e89b-12d3-a456-4266141740000", false},
		{"hyphens moved", "123e456-7e89b-12d3-a456-426614174000", false},
		{"hyphen for a digit", "123e4567-e89b-12d3-a456-42661417400-", false},
		{"digit for a hyphen", "123e4567-e89b-12d3-a4560426614174000", false},
		{"not hex", "g23e4567-e89b-12d3-a456-426614174000", false},
		{"space", " 23e4567-e89b-12d3-a456-426614174000", false},
		{"underscores", "123e4567_e89b_12d3_a456_426614174000", false},
		{"line break after", "123e4567-e89b-12d3-a456-42661417400\n", false},
		{"UTF-8", "123e4567-e89b-12d3-a456-4266141740é", false},
	})
}
