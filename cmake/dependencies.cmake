# Flags come from pkg-config wherever a package has a .pc file: cpp-httplib is compiled in Debian, and without the
# defines of its .pc file a program links and then crashes. Reasons for each: docs/dependencies.md.
find_package(PkgConfig REQUIRED)
pkg_check_modules(THRIFT REQUIRED IMPORTED_TARGET thrift)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET libcrypto libssl)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka++ rdkafka)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)

find_library(HOCON_LIBRARY cpp-hocon REQUIRED)
find_library(LEATHERMAN_LOCALE_LIBRARY NAMES leatherman_locale)
find_path(HOCON_INCLUDE_DIR hocon/config.hpp REQUIRED)

# Eclipse Paho: the C++ client and, since its headers call it, the asynchronous C one with TLS below.
find_library(PAHO_CPP_LIBRARY paho-mqttpp3 REQUIRED)
find_library(PAHO_C_LIBRARY paho-mqtt3as REQUIRED)
set(PAHO_LIBRARIES ${PAHO_CPP_LIBRARY} ${PAHO_C_LIBRARY})
