package specchange

// check is something that the changed client, mock and package contract do.
// testdata/behaviour_test.go reads it and makes the checks in the copy.
type check struct {
	Operation string // its id

	// Send is merged into a request that the document allows: members of the body
	// and values of parameters. Refused is "path rule" if the client must not send
	// it, "not sent" for a path that would lead elsewhere, or "" if it passes the mock.
	Send    any
	Refused string

	// Answer is merged into an answer that the document allows. Invalid says that it
	// breaks a rule.
	Answer  any
	Invalid bool

	// Status is documented for the operation: the mock gives it on demand and the
	// client knows it.
	Status int

	// Template is that of a new operation: "GET /sessions/{sessionId}".
	Template string
}

// object is short for what JSON calls so.
type object map[string]any

const create = "createSessionLink"

// takes holds the rule to two values of one member of the body of createSessionLink.
func takes(name string, good, bad any, refused string) []check {
	return []check{
		{Operation: create, Send: object{name: good}},
		{Operation: create, Send: object{name: bad}, Refused: "$." + refused},
	}
}

// answers does the same for a member of data in its answer.
func answers(name string, good, bad any) []check {
	return []check{
		{Operation: create, Answer: object{"data": object{name: good}}},
		{Operation: create, Answer: object{"data": object{name: bad}}, Invalid: true},
	}
}
