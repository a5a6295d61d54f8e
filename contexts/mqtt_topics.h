// Names of MQTT's topics and filters that match them (MQTT 3.1.1, section 4.7).
#pragma once

#include <string>
#include <string_view>

namespace mist {

// What is wrong with a topic that messages are sent to; empty: nothing.
std::string CheckMqttTopic(std::string_view topic);

// With "+" for any one level, and "#" at the end for any number of them, none too.
std::string CheckMqttFilter(std::string_view filter);

bool MqttFilterMatches(std::string_view filter, std::string_view topic);

// Whether there are topics that both match.
bool MqttTopicsOverlap(std::string_view a, std::string_view b);

}  // namespace mist
