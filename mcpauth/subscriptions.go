package mcpauth

import (
	"slices"
	"strconv"
)

// methodListen subscribes a client to changes since version 2026-07-28, where it replaces resources/subscribe.
const methodListen = "subscriptions/listen"

const (
	paramNotifications = "notifications"
	paramResources     = "resourceSubscriptions"
)

// maxSubscriptions bounds the resources of one message, because each costs the check of its policies.
const maxSubscriptions = 1000

// listens reports whether the answer to a message is the stream of a client's subscriptions.
func (m *message) listens() bool {
	return slices.ContainsFunc(m.ops, func(op Operation) bool { return op.Method == methodListen })
}

// subscriptions returns what a message of methodListen asks for, as if it subscribed to each resource by itself: the
// policies of the resources apply.
func subscriptions(notifications []byte) ([]Operation, *problem) {
	var list []byte
	err := members(notifications, []string{paramResources}, func(name string, value []byte) {
		if name == paramResources {
			list = value
		}
	})
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0 || string(list) == "null":
		return nil, nil
	case list[0] != '[':
		return nil, invalid(paramResources + " is not a JSON array")
	}
	var ops []Operation
	err = elements(list, func(element []byte) *problem {
		uri, ok := text(element)
		switch {
		case !ok:
			return invalid("an element of " + paramResources + " is not a string of valid characters")
		case len(ops) == maxSubscriptions:
			return invalid(paramResources + " has more than " + strconv.Itoa(maxSubscriptions) + " elements")
		}
		ops = append(ops, Operation{Method: methodSubscribe, Name: uri})
		return nil
	})
	return ops, err
}
