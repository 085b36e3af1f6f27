// A list of immutable values, each of which other lists may hold as well; it is read like a vector of them. A copy
// costs a pointer a value.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace xfrmd::policy {

template <typename T>
class SharedList {
public:
    using Pointer = std::shared_ptr<const T>;
    using Pointers = std::vector<Pointer>;

    class Iterator {
    public:
        using value_type = T;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(typename Pointers::const_iterator at) : at_(at) {}
        const T& operator*() const { return **at_; }
        const T* operator->() const { return at_->get(); }
        Iterator& operator++() {
            ++at_;
            return *this;
        }
        Iterator operator++(int) { return Iterator(at_++); }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        typename Pointers::const_iterator at_{};
    };

    SharedList() = default;
    explicit SharedList(Pointers values) : values_(std::move(values)) {}
    explicit SharedList(std::vector<T> values) {
        values_.reserve(values.size());
        for (T& value : values) values_.push_back(std::make_shared<const T>(std::move(value)));
    }

    std::size_t size() const { return values_.size(); }
    bool empty() const { return values_.empty(); }
    const T& operator[](std::size_t place) const { return *values_[place]; }
    const T& at(std::size_t place) const { return *values_.at(place); }
    const T& front() const { return *values_.front(); }
    Iterator begin() const { return Iterator(values_.begin()); }
    Iterator end() const { return Iterator(values_.end()); }

    const Pointers& pointers() const { return values_; }

private:
    Pointers values_;
};

}  // namespace xfrmd::policy
