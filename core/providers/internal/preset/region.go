package preset

import "regexp"

// region is the form of AWS's region names: a partition's or continent's prefix,
// a direction and a digit (AWS General Reference, "Service endpoints").
var region = regexp.MustCompile(`^(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov|us-iso|us-isob|us-isof|eu-isoe|eusc-de)` +
	`-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-[1-9]$`)

// AWSRegion reports whether name can be a region of AWS.
func AWSRegion(name string) bool { return region.MatchString(name) }
