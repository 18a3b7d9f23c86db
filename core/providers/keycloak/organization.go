package keycloak

import (
	"encoding/json"
	"fmt"
	"maps"
)

// Organizations is the claim organization: organizations by their alias.
type Organizations map[string]Organization

// Organization is what the token says about one organization. Which fields it has
// depends on the mapper's settings.
type Organization struct {
	ID             string            `json:"id,omitempty"`
	Groups         []string          `json:"groups,omitempty"`
	RealmAccess    Access            `json:"realm_access,omitzero"`
	ResourceAccess map[string]Access `json:"resource_access,omitempty"`
	// Attributes are the organization's own, each with its values.
	Attributes map[string][]string `json:"-"`
}

// UnmarshalJSON reads an array of aliases, an object of organizations, and a list
// of such objects: Keycloak writes all three.
func (o *Organizations) UnmarshalJSON(data []byte) error {
	all := Organizations{}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		list = []json.RawMessage{data}
	}
	for _, entry := range list {
		var alias string
		var objects map[string]Organization
		if json.Unmarshal(entry, &alias) == nil {
			all[alias] = Organization{}
		} else if err := json.Unmarshal(entry, &objects); err != nil {
			return fmt.Errorf("keycloak: organization is neither an alias nor an object of organizations: %w", err)
		}
		maps.Copy(all, objects)
	}
	*o = all
	return nil
}

// UnmarshalJSON collects into Attributes what has no field of its own.
func (o *Organization) UnmarshalJSON(data []byte) error {
	type plain Organization
	var known plain
	if err := json.Unmarshal(data, &known); err != nil {
		return err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	for _, field := range []string{"id", "groups", "realm_access", "resource_access"} {
		delete(members, field)
	}
	for name, raw := range members {
		var values []string
		if json.Unmarshal(raw, &values) == nil { // another shape is no attribute of Keycloak's
			if known.Attributes == nil {
				known.Attributes = map[string][]string{}
			}
			known.Attributes[name] = values
		}
	}
	*o = Organization(known)
	return nil
}
