// Package check is a placeholder for the package of that name.
package check

// Violations collects broken rules.
type Violations struct{}
