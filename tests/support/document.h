// The main of programs that make a document from a table in the code. Pure but for what they read and print.
#pragma once

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace xfrmd::tests {

// Prints the document. With a file's name: fails if the file says anything else.
inline int print_or_compare(const std::string& wanted, int count, char** arguments) {
    if (count < 2) {
        std::cout << wanted;
        return 0;
    }
    std::ifstream file(arguments[1]);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    if (found == wanted) return 0;
    std::cerr << arguments[1] << " is not what the table says; make it anew with " << arguments[0] << "\n";
    return 1;
}

}  // namespace xfrmd::tests
