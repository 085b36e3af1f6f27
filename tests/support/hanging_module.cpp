// A PKCS#11 module that hangs as soon as it is used, and with it the end of the process: its destructor waits, too.
#include <unistd.h>

#include <mutex>

#include <p11-kit/pkcs11.h>

namespace {

std::mutex busy;

struct End {
    ~End() { busy.lock(); }
} end;

CK_RV hang(void*) {
    busy.lock();
    for (;;) pause();
}

}  // namespace

extern "C" CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
    static CK_FUNCTION_LIST functions{};
    functions.version = {2, 40};
    functions.C_Initialize = hang;
    *list = &functions;
    return CKR_OK;
}
