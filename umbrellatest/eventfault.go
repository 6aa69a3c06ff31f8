package umbrellatest

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"time"
)

// EventFault is a delivery to the webhook that goes wrong on purpose. Fields combine.
type EventFault struct {
	Status string // of the session in the events that it is for: "COMPLETED"; "" is any
	Times  int    // how many events it is for; 0 is 1

	Drop        bool          // never delivered
	Twice       bool          // delivered once more after it was taken
	Late        time.Duration // delivered so much later, while others go on
	Reorder     bool          // delivered after the next event of its session, if there is one
	Early       bool          // of CREATED and RUNNING: delivered before createSessionLink answers
	WrongHeader bool          // the configured headers have the value "wrong"
	Garbage     bool          // the body is no JSON
}

// InjectEvent adds a fault for events. One event gets one fault: of those that are
// for it, the one that was injected first. The error says what makes it impossible.
func (m *Mock) InjectEvent(f EventFault) error {
	all := []string{"", StatusCreated, StatusRunning, StatusCompleted, StatusFailed, StatusExpired, StatusCancelled}
	switch {
	case f == (EventFault{Status: f.Status, Times: f.Times}):
		return errors.New("umbrellatest: the event fault does nothing")
	case f.Times < 0 || f.Late < 0:
		return errors.New("umbrellatest: a number of the event fault is negative")
	case !slices.Contains(all, f.Status):
		return fmt.Errorf("umbrellatest: the event fault's status is none of %q", all[1:])
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.eventFaults = append(m.eventFaults, &f)
	m.stats.Controls++
	return nil
}

// eventFault takes the fault for an event. The caller holds m.mu.
func (m *Mock) eventFault(status string) EventFault {
	i := slices.IndexFunc(m.eventFaults, func(f *EventFault) bool { return f.Status == "" || f.Status == status })
	if i < 0 {
		return EventFault{}
	}
	f := m.eventFaults[i]
	if f.Times--; f.Times <= 0 {
		m.eventFaults = slices.Delete(m.eventFaults, i, i+1)
	}
	return *f
}

// UnmarshalJSON implements json.Unmarshaler as that of Fault does.
func (f *EventFault) UnmarshalJSON(data []byte) error {
	*f = EventFault{}
	return decode(f.fields(), data)
}

func (f *EventFault) fields() *flag.FlagSet {
	fields := flag.NewFlagSet("event fault", flag.ContinueOnError)
	fields.StringVar(&f.Status, "status", f.Status, "")
	fields.IntVar(&f.Times, "times", f.Times, "")
	fields.BoolVar(&f.Drop, "drop", f.Drop, "")
	fields.BoolVar(&f.Twice, "twice", f.Twice, "")
	fields.DurationVar(&f.Late, "late", f.Late, "")
	fields.BoolVar(&f.Reorder, "reorder", f.Reorder, "")
	fields.BoolVar(&f.Early, "early", f.Early, "")
	fields.BoolVar(&f.WrongHeader, "wrong-header", f.WrongHeader, "")
	fields.BoolVar(&f.Garbage, "garbage", f.Garbage, "")
	return fields
}
