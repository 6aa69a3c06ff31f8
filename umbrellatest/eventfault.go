package umbrellatest

import (
	"fmt"
	"slices"
	"time"
)

// EventFault is a delivery to the webhook that goes wrong on purpose. Fields combine.
// The tags are the names of the fields in JSON.
type EventFault struct {
	Status string `fault:"status"` // of the session in the events that it is for: "COMPLETED"; "" is any
	Times  int    `fault:"times"`  // how many events it is for; 0 is 1

	Drop        bool          `fault:"drop"`         // never delivered
	Twice       bool          `fault:"twice"`        // delivered once more after it was taken
	Late        time.Duration `fault:"late"`         // delivered so much later, while others go on
	Reorder     bool          `fault:"reorder"`      // delivered after the next event of its session, if there is one
	Early       bool          `fault:"early"`        // of CREATED and RUNNING: delivered before createSessionLink answers
	WrongHeader bool          `fault:"wrong-header"` // the configured headers have the value "wrong"
	Garbage     bool          `fault:"garbage"`      // the body is no JSON
}

// InjectEvent adds a fault for events. One event gets one fault: of those that are
// for it, the one that was injected first. The error says what makes it impossible.
func (m *Mock) InjectEvent(f EventFault) error {
	all := []string{"", StatusCreated, StatusRunning, StatusCompleted, StatusFailed, StatusExpired, StatusCancelled}
	err := join(
		problem{f == EventFault{Status: f.Status, Times: f.Times}, "the event fault does nothing"},
		problem{f.Times < 0 || f.Late < 0, "a number of the event fault is negative"},
		problem{!slices.Contains(all, f.Status), fmt.Sprintf("the event fault's status is none of %q", all[1:])},
	)
	if err != nil {
		return fmt.Errorf("umbrellatest: %w", err)
	}
	m.change(func() { m.eventFaults = append(m.eventFaults, &waiting[EventFault]{fault: f, times: f.Times}) })
	return nil
}

// eventFault takes the fault for an event. The caller holds m.mu.
func (m *Mock) eventFault(status string) EventFault {
	return m.eventFaults.take(func(f EventFault) bool { return f.Status == "" || f.Status == status })
}
